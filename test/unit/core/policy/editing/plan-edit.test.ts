import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { ProvenanceError } from "../../../../../src/core/errors.ts";
import { type PlannedEdit, type PolicyChange, planEdit } from "../../../../../src/core/policy/editing/plan-edit.ts";
import { makeChain } from "../../../../support/certificates.ts";
import { makeKeys } from "../../../../support/keys.ts";

const keys = makeKeys();
const ALICE: PolicyChange = {
  kind: "authority",
  authority: {
    name: "alice",
    keyless: { identities: [{ issuer: "https://accounts.google.com", subject: "alice@example.com" }] },
  },
};
const HEAD = "apiVersion: model-provenance/v1\nkind: ModelPolicy\nmetadata: { name: team }\n";
const PASS = "static: { action: pass, message: until then }";

function plan(text: string, change: PolicyChange = ALICE, name = "model-policy.yaml", line?: number) {
  const file = { path: join(tmpdir(), name), text, policy: "team" };
  return planEdit(line === undefined ? file : { ...file, line }, change);
}

/** The lines that are new; everything else has to be there as it was. */
function added({ before, after, insertion }: PlannedEdit): string {
  const { offset, text } = insertion;
  assert.equal(after.slice(0, offset) + after.slice(offset + text.length), before);
  return text;
}

const refuses = (attempt: Promise<unknown>, message: RegExp) =>
  assert.rejects(attempt, (error) => error instanceof ProvenanceError && message.test(error.message));

describe("adding an authority to a policy file", () => {
  const block = `${HEAD}# who may sign
spec:
  models:   # ours
    - glob: "models/**"
  authorities:
    # the release
    - name: release   # by CI
      ${PASS}
    # after the last one
  verification:
    ignorePaths: [ "notes.txt" ]   # kept
`;

  it("appends it after the last one, and keeps comments and spaces", async () => {
    const planned = await plan(block);
    assert.equal(
      added(planned),
      [
        "    - name: alice",
        "      keyless:",
        "        identities:",
        "          - issuer: https://accounts.google.com",
        "            subject: alice@example.com",
        "",
      ].join("\n"),
    );
    assert.deepEqual(
      planned.policyAfter.authorities.map(({ name }) => name),
      ["release", "alice"],
    );
    assert.ok(planned.after.indexOf("- name: alice") < planned.after.indexOf("# after the last one"));
    assert.equal(planned.policyBefore.authorities.length, 1);
  });

  const shapes: Readonly<Record<string, string>> = {
    "dashes at the margin of their field": `${HEAD}spec:\n  models:\n  - glob: a\n  authorities:\n  - name: r\n    ${PASS}\n`,
    "no newline at the end": `${HEAD}spec:\n  models: [{ glob: a }]\n  authorities:\n    - name: r\n      ${PASS}`,
    "brackets on one line": `${HEAD}spec: { models: [{ glob: a }], authorities: [{ name: r, ${PASS} }] }\n`,
    "brackets with a comma at the end": `${HEAD}spec:\n  models: [{ glob: a }]\n  authorities: [\n    { name: r, ${PASS} }, # a, b\n  ]\n`,
    "a comment behind the last item": `${HEAD}spec:\n  models: [{ glob: a }]\n  authorities: [\n    { name: r, ${PASS} } # a, b\n  ]\n`,
    "a list in a list as the last value": `${HEAD}spec:\n  models: [{ glob: a }]\n  authorities:\n    - name: r\n      keyless:\n        identities:\n          - issuer: https://a.example\n            subject: bob # him\n\n\n`,
    "four spaces": `${HEAD}spec:\n    models:\n        - glob: a\n    authorities:\n        - name: r\n          ${PASS}\n`,
  };
  for (const [name, text] of Object.entries(shapes)) {
    it(`keeps the style: ${name}`, async () => {
      const planned = await plan(text);
      added(planned);
      assert.equal(planned.policyAfter.authorities.at(-1)?.name, "alice");
      const crlf = await plan(text.replaceAll("\n", "\r\n"));
      assert.doesNotMatch(crlf.after, /[^\r]\n/);
    });
  }

  it("appends it after an inline key, and writes one inline", async () => {
    const pem = keys.publicPem.trimEnd().split("\n").join("\n        ");
    const text = `${HEAD}spec:\n  models: [{ glob: a }]\n  authorities:\n    - key:\n       data: |\n        ${pem}\n  mode: warn\n`;
    const other = makeKeys();
    const planned = await plan(text, {
      kind: "authority",
      authority: { name: "other", key: { data: other.publicPem } },
    });
    assert.match(added(planned), /^ {4}- name: other\n {6}key:\n {8}data: \|\n {10}-----BEGIN PUBLIC KEY-----\n/);
    assert.equal(planned.policyAfter.mode, "warn");
    assert.equal(planned.policyAfter.authorities[1]?.kind, "key");
  });

  it("writes JSON in a JSON file, with its indentation", async () => {
    for (const indent of [undefined, 2, "\t"]) {
      const document = {
        apiVersion: "model-provenance/v1",
        kind: "ModelPolicy",
        metadata: { name: "team" },
        spec: { models: [{ glob: "a" }], authorities: [{ static: { action: "pass", message: "m" } }] },
      };
      const text = JSON.stringify(document, undefined, indent);
      const planned = await plan(text, ALICE, "model-policy.json");
      added(planned);
      const expected = structuredClone(document) as { spec: { authorities: unknown[] } };
      if (ALICE.kind === "authority") expected.spec.authorities.push(ALICE.authority);
      if (indent === undefined) assert.deepEqual(JSON.parse(planned.after), expected);
      else assert.equal(planned.after, JSON.stringify(expected, undefined, indent));
    }
  });

  it("changes the right policy among several documents and two with the same name", async () => {
    const one = (glob: string) => `${HEAD}spec:\n  models: [{ glob: ${glob} }]\n  authorities:\n    - ${PASS}\n`;
    const text = `---\n${one("a")}---\n# nothing\n---\n${one("b")}`;
    const second = text.lastIndexOf("metadata");
    const line = text.slice(0, second).split("\n").length;
    const planned = await plan(text, ALICE, "model-policy.yaml", line);
    assert.equal(planned.policyAfter.models[0]?.pattern, "b");
    assert.ok(planned.insertion.offset > second);
    await refuses(plan(text), /no policy team/);
  });

  it("is rejected for a file with an error, with its line", async () => {
    await refuses(plan(`${block}  surprise: 1\n`), /line 15.*surprise/);
  });

  it("is rejected if an alias stands for what would change", async () => {
    const { root } = makeChain();
    const caCert = `{ data: ${JSON.stringify(root.pem)} }`;
    const text = `${HEAD}spec:\n  models: [{ glob: a }]\n  authorities:\n    - certificate: { caCert: ${caCert}, trustedIdentities: &i ["x509.san: a"] }\n  verification: { ignorePaths: *i }\n`;
    added(await plan(text));
    await refuses(plan(text, { kind: "ignored-paths", paths: ["b"] }), /would have an error|by hand/);
  });

  it("writes what it was asked to, with any name", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", minLength: 1, maxLength: 30 }),
        fc.constantFrom(...Object.values(shapes), block),
        async (subject, text) => {
          const authority = { name: subject, keyless: { identities: [{ issuer: "https://a.example", subject }] } };
          let planned: PlannedEdit;
          try {
            planned = await plan(text, { kind: "authority", authority });
          } catch (error) {
            assert.ok(error instanceof ProvenanceError, String(error));
            return;
          }
          const last = planned.policyAfter.authorities.at(-1);
          assert.equal(last?.kind === "keyless" && last.identities[0]?.subject, subject);
          assert.equal(planned.policyAfter.authorities.length, planned.policyBefore.authorities.length + 1);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("adding an ignored path to a policy file", () => {
  const change: PolicyChange = { kind: "ignored-paths", paths: ["logs/run 1.txt"] };
  const spec = `${HEAD}spec:\n  models: [{ glob: a }]\n  authorities:\n    - ${PASS}\n`;
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    "without a verification": [spec, "  verification:\n    ignorePaths:\n      - logs/run 1.txt\n"],
    "with another field": [
      `${spec}  verification:\n    allowSymlinks: true\n`,
      "    ignorePaths:\n      - logs/run 1.txt\n",
    ],
    "with a list": [`${spec}  verification:\n    ignorePaths:\n      - a\n`, "      - logs/run 1.txt\n"],
    "with an empty list": [`${spec}  verification:\n    ignorePaths: []\n`, '"logs/run 1.txt"'],
    "in brackets": [`${spec}  verification: { ignorePaths: [a] }\n`, ', "logs/run 1.txt"'],
    "in empty braces": [`${spec}  verification: {}\n`, "ignorePaths: [ logs/run 1.txt ]"],
  };
  for (const [name, [text, expected]] of Object.entries(cases)) {
    it(name, async () => {
      const planned = await plan(text, change);
      assert.equal(added(planned), expected);
      assert.equal(planned.policyAfter.verification.ignorePaths.at(-1), "logs/run 1.txt");
    });
  }

  it("adds several at once, in each style", async () => {
    const several: PolicyChange = { kind: "ignored-paths", paths: ["b", "c, d"] };
    const styles: Readonly<Record<string, string>> = {
      [spec]: "  verification:\n    ignorePaths:\n      - b\n      - c, d\n",
      [`${spec}  verification:\n    ignorePaths:\n      - a\n`]: "      - b\n      - c, d\n",
      [`${spec}  verification: { ignorePaths: [a] }\n`]: ', "b", "c, d"',
      [`${spec}  verification: { ignorePaths: [a,] }\n`]: ' "b", "c, d",',
      [`${spec}  verification: { ignorePaths: [] }\n`]: '"b", "c, d"',
      [`${spec}  verification: { ignorePaths: [\n      a\n    ] }\n`]: ',\n      "b",\n      "c, d"',
    };
    for (const [text, expected] of Object.entries(styles)) {
      const planned = await plan(text, several);
      assert.equal(added(planned), expected);
      assert.deepEqual(planned.policyAfter.verification.ignorePaths.slice(-2), ["b", "c, d"]);
    }
  });

  it("is rejected if it leads out of the model", async () => {
    await refuses(plan(spec, { kind: "ignored-paths", paths: ["../x"] }), /would have an error/);
  });
});
