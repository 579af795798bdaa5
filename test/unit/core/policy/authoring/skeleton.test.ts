import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import { completePolicy } from "../../../../../src/core/policy/authoring/complete.ts";
import { explainPolicy } from "../../../../../src/core/policy/authoring/explain.ts";
import { patternsIn } from "../../../../../src/core/policy/authoring/patterns.ts";
import { authoritySkeletons, policySkeleton } from "../../../../../src/core/policy/authoring/skeleton.ts";
import { renderExample } from "../../../../../src/core/policy/authoring/snippet.ts";
import { POLICY_SCHEMA, resolveSchema, schemaAt } from "../../../../../src/core/policy/policy-schema.ts";
import { readPolicies } from "../../../../../src/core/policy/read-policies.ts";
import { makeCertificate } from "../../../../support/certificates.ts";
import { makeKeys } from "../../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

describe("snippets of policies", () => {
  const folder = useTemporaryFolder();
  const read = async (text: string): Promise<string[]> => {
    writeTree(folder(), {
      "keys/prod.pub": makeKeys().publicPem,
      "vendor-root.pem": makeCertificate({ subject: "Vendor Root", ca: true }).pem,
    });
    const { diagnostics } = await readPolicies(Buffer.from(text), join(folder(), "model-policy.yaml"));
    return diagnostics.map(({ line, message }) => `${line}: ${message}`);
  };

  it("include a whole policy without an error", async () => {
    assert.deepEqual(await read(renderExample(policySkeleton(resolveSchema(POLICY_SCHEMA)).value)), []);
  });

  const authorities = authoritySkeletons(schemaAt(["spec", "authorities", 0]) ?? {});
  it("include an authority of each form", () => assert.equal(authorities.length, 6));
  for (const { label, value } of authorities) {
    it(`include an authority without an error or a warning: ${label}`, async () => {
      const authority = renderExample(value).replaceAll("\n", "\n      ");
      const text = `${HEAD}spec:\n  models: [{ glob: "models/**" }]\n  authorities:\n    - ${authority}\n`;
      assert.deepEqual(await read(text), [], text);
    });
  }
});

const HEAD = "apiVersion: model-provenance/v1\nkind: ModelPolicy\nmetadata: { name: team }\n";

describe("an explanation in a policy file", () => {
  const TEXT = `${HEAD}spec:
  mode: enforce
  models:
    - glob: "models/**"
  authorities:
    - name: alice
      keyless: { identities: [{ issuer: https://accounts.google.com, subject: alice@example.com }] }
  verification:
    ignorePaths: [README.md]
`;
  const over = (word: string, text = TEXT) => explainPolicy(text, text.indexOf(word) + 1);

  it("has the purpose of a field, whether it is required, and its default", () => {
    assert.deepEqual(over("mode:"), {
      title: "spec.mode",
      description: "enforce: models that are not accepted are rejected. warn: they are only reported.",
      required: false,
      usual: "enforce",
      start: TEXT.indexOf("mode:"),
      end: TEXT.indexOf("mode:") + 4,
    });
    assert.equal(over("authorities")?.required, true);
  });

  it("has an example", () => {
    assert.equal(over("issuer")?.example, "issuer: https://accounts.google.com");
    assert.equal(over("ref:", TEXT.replace("mode: enforce", "ref: x")), undefined);
    assert.match(over("keyless")?.example ?? "", /^keyless:\n {2}identities:\n {4}- issuer: /);
  });

  it("is the same for a value as for its field, and for an item as for its list", () => {
    assert.equal(over("alice@example.com")?.title, "spec.authorities.keyless.identities.subject");
    assert.equal(over("models/**")?.title, "spec.models.glob");
    assert.equal(over("README.md")?.title, "spec.verification.ignorePaths");
  });

  it("exists in a text that cannot be parsed, and nowhere else", () => {
    assert.equal(over("models/**", TEXT.replace("metadata: {", "metadata: {{{ ]"))?.title, "spec.models.glob");
    assert.equal(over("#", `${TEXT}# nothing`), undefined);
  });

  it("exists in a JSON file, too", () => {
    assert.equal(over("ModelPolicy", '{\n  "kind": "ModelPolicy"\n}')?.title, "kind");
  });
});

describe("the patterns of policy files", () => {
  const patternsOf = (text: string): string[] =>
    patternsIn(text).flatMap(({ policy, patterns }) => patterns.map((pattern) => `${policy} ${pattern.text}`));

  it("are found with the policy of each, in all documents", () => {
    const text = `metadata: { name: one }\nspec:\n  models:\n    - glob: a/**\n    - glob: "b"\n---\nspec: { models: [{ glob: c }] }\nmetadata:\n  name: two\n`;
    const found = patternsIn(text).map(({ policy, patterns }) => ({
      policy,
      texts: patterns.map((pattern) => pattern.text),
      ranges: patterns.map(({ start, end }) => text.slice(start, end)),
    }));
    assert.deepEqual(found, [
      { policy: "one", texts: ["a/**", "b"], ranges: ["a/**", '"b"'] },
      { policy: "two", texts: ["c"], ranges: ["c"] },
    ]);
  });

  it("are found if the rest is broken, and in what another program wrote", () => {
    const broken = "spec:\n  models:\n    - glob: a\n  mode: [\n  authorities: {\n";
    assert.deepEqual(patternsOf(broken), [" a"]);
    const value = { spec: { models: [{ glob: "x/**" }, { glob: "y" }] }, metadata: { name: "n" } };
    const texts = [JSON.stringify(value), JSON.stringify(value, undefined, 2), stringify(value)];
    for (const text of texts) {
      assert.deepEqual(patternsOf(text), ["n x/**", "n y"]);
    }
  });

  it("are not searched in a file that is no policy", async () => {
    assert.deepEqual(patternsOf("models:\n  - glob: a\n"), []);
    const around = { models: [], signers: [], files: async () => [] };
    assert.deepEqual(await completePolicy("models:\n  - gl", 13, around, false), []);
  });
});
