import { CURVES, HASHINGS, IGNORING, LINKS, METHODS, SHAPES } from "./combinations.ts";
import type { Outcome } from "./compare.ts";

const HEAD = ["combinations", "we sign, it verifies", "it signs, we verify", "tampered, both reject"];

/** The page of what was seen, one table for each thing that can differ. */
export function page(outcomes: readonly Outcome[]): string {
  const rows = (values: readonly string[], of: (outcome: Outcome) => string): string[] =>
    values.map((value) =>
      row(
        value,
        outcomes.filter((outcome) => of(outcome) === value),
      ),
    );
  const signers = METHODS.flatMap((method) => CURVES.map((curve) => `${method}, ${curve}`));
  const tables: readonly (readonly [string, readonly string[]])[] = [
    ["signer", rows(signers, ({ combination: { method, curve } }) => `${method}, ${curve}`)],
    ["model", rows(SHAPES, ({ combination }) => combination.shape)],
    ["excluded", rows(IGNORING, ({ combination }) => combination.ignoring)],
    ["symbolic links", rows(LINKS, ({ combination }) => combination.links)],
    [
      "hash",
      rows(
        HASHINGS.map(({ name }) => name),
        ({ combination }) => combination.hashing.name,
      ),
    ],
    ["all", [row("all", outcomes)]],
  ];
  return `# Interoperability

This page is written by \`matrix.test.ts\` (\`INTEROP_TABLE=write npm run test:interop\`), which fails where it differs.
Each combination is signed here and by the library of the reference implementation, model_signing 1.1.1, and both
verify both signatures. Each signature that both verify is then tampered with (a file changed, removed or added; the
statement changed; another signer expected), and both have to reject every copy.
\`npm run test:long\` does the same for all combinations, and for keys in a PKCS #11 token.

${tables.map(([name, lines]) => table(name, lines)).join("\n")}
## Known differences

Where the first number is smaller than the number of combinations, the reference rejects what the specification has:
- **A single file** is named by its base name (specification); the reference takes only the name \`.\`.
- **Shards** have the digest algorithm of their hash (\`sha256\`); the reference takes only \`sha256-sharded-SIZE\`.
  With BLAKE3 it has no shards.

Sigstore signatures, both ways and tampered with: \`keyless-reference.test.ts\`, \`keyless-sigstore-js.test.ts\`. Other differences: "differs" in
\`reference.test.ts\`.
`;
}

function table(name: string, lines: readonly string[]): string {
  return [`| ${name} | ${HEAD.join(" | ")} |`, `|---|${HEAD.map(() => "---:|").join("")}`, ...lines, ""].join("\n");
}

function row(name: string, outcomes: readonly Outcome[]): string {
  const theirs = outcomes.filter(({ theyVerify }) => theyVerify).length;
  const ours = outcomes.filter(({ weVerify }) => weVerify).length;
  const rejected = outcomes.reduce((sum, outcome) => sum + outcome.rejected, 0);
  return `| ${[name, outcomes.length, theirs, ours, rejected].join(" | ")} |`;
}
