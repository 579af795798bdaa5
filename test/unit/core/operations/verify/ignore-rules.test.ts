import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import { verify } from "../../../../../src/core/operations/verify/verify.ts";
import { bundleText, type Files, fileResources, makeStatement, signBundle } from "../../../../support/bundles.ts";
import { makeKeys } from "../../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

const keys = makeKeys();
const GIT = {
  ".gitignore": "*.tmp",
  ".gitattributes": "* -text",
  ".git/config": "[core]",
  ".github/a.yml": "on: push",
};

describe("the files that are ignored when a model is verified", () => {
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  after(() => pool.dispose());

  /** With a statement that leaves nothing out itself (OMS 11.2 (3)). */
  async function check(signed: Files, present: Files) {
    const model = join(folder(), "model");
    writeTree(model, present);
    const signature = join(model, "model.sig");
    const statement = makeStatement(fileResources(signed), { serialization: { ignore_paths: [] } });
    writeFileSync(signature, bundleText(signBundle(statement, { keys })));
    const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
    return verify({ model, signature, trust, pool });
  }

  it("include the default paths, even if the statement does not name them", async () => {
    const { state, coverage } = await check({ a: "1" }, { a: "1", ...GIT });
    assert.equal(state, "verified");
    const expected = [".git", ".gitattributes", ".github", ".gitignore"].map((name) => ({ name, source: "default" }));
    assert.deepEqual(
      coverage?.ignored.filter(({ source }) => source === "default"),
      expected,
    );
  });

  it("include these only at the top of the model", async () => {
    const { state, comparison } = await check({ a: "1" }, { a: "1", "b/.gitignore": "*" });
    assert.equal(state, "modified");
    assert.deepEqual(comparison?.added, [{ name: "b/.gitignore" }]);
  });

  it("include no file that is signed", async () => {
    const { state, comparison } = await check({ a: "1", ".gitignore": "old" }, { a: "1", ".gitignore": "new" });
    assert.equal(state, "modified");
    assert.deepEqual(
      comparison?.changed.map(({ name }) => name),
      [".gitignore"],
    );
  });

  it("include the signature itself, and no other", async () => {
    const { state, comparison } = await check({ a: "1" }, { a: "1", "other.sig": "{}" });
    assert.equal(state, "modified");
    assert.deepEqual(comparison?.added, [{ name: "other.sig" }]);
  });
});
