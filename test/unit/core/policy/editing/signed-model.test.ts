import assert from "node:assert/strict";
import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import { enclosingSignedModel } from "../../../../../src/core/policy/editing/signed-model.ts";
import { signWith } from "../../../../support/editor-workspace.ts";
import { makeKeys } from "../../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

describe("the place of a policy", () => {
  const temporary = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  let root: string;
  let model: string;

  after(() => pool.dispose());

  beforeEach(async () => {
    root = realpathSync(temporary());
    model = join(root, "m");
    writeTree(root, { "m/weights.bin": "w", "m/deep/vocab.txt": "v", "plain/notes.txt": "n" });
    await signWith(model, makeKeys().privatePem, pool);
  });

  it("is in a signed model at any depth, whether it exists or not", async () => {
    for (const file of ["p.yaml", "deep/p.yaml", "not/yet/p.yaml", ".sigstore/p.yaml", "weights.bin"]) {
      assert.equal(await enclosingSignedModel(join(model, file)), model, file);
    }
    assert.equal(await enclosingSignedModel(join(root, "plain", "..", "m", "p.yaml")), model);
  });

  it("is not in a signed model if the model is next to it, or unsigned", async () => {
    for (const file of ["p.yaml", "plain/p.yaml", "not/yet/p.yaml"]) {
      assert.equal(await enclosingSignedModel(join(root, file)), undefined, file);
    }
  });

  it("is resolved through symlinks, also to a file that does not exist yet", async () => {
    if (process.platform === "win32") return;
    symlinkSync(model, join(root, "linked"));
    mkdirSync(join(root, "w"));
    symlinkSync(join("..", "m", "p.yaml"), join(root, "w", "p.yaml"));
    symlinkSync("round", join(root, "w", "round"));
    assert.equal(await enclosingSignedModel(join(root, "linked", "p.yaml")), model);
    assert.equal(await enclosingSignedModel(join(root, "w", "p.yaml")), model);
    assert.equal(await enclosingSignedModel(join(root, "w", "round")), undefined);
  });
});
