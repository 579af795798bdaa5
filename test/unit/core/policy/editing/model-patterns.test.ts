import assert from "node:assert/strict";
import { modelPatterns } from "../../../../../src/core/policy/editing/model-patterns.ts";
import { Glob } from "../../../../../src/core/policy/glob.ts";

describe("the patterns for the models of one signer", () => {
  it("are one for each folder with several of them", () => {
    const skills = Array.from({ length: 338 }, (_, index) => `catalog/skills/skill-${index}`);
    const patterns = modelPatterns([...skills, "models/llama"], []);
    assert.deepEqual(patterns, ["catalog/skills/*", "models/llama"]);
    const globs = patterns.map((pattern) => new Glob(pattern));
    for (const path of [...skills, "models/llama"])
      assert.ok(
        globs.some((glob) => glob.matches(path)),
        path,
      );
    for (const path of ["catalog/skills/a/b", "catalog/other", "models/phi"]) {
      assert.ok(!globs.some((glob) => glob.matches(path)), path);
    }
  });

  it("name each model in a folder that another signer has signed in, too", () => {
    assert.deepEqual(modelPatterns(["models/a", "models/b", "skills/c", "skills/d"], ["models/x"]), [
      "models/a",
      "models/b",
      "skills/*",
    ]);
  });

  it("never cover the top folder as a whole, nor more than a folder whose name is itself a pattern", () => {
    assert.deepEqual(modelPatterns(["a", "b"], []), ["a", "b"]);
    assert.deepEqual(modelPatterns(["."], []), ["."]);
    assert.deepEqual(modelPatterns(["x*y/a", "x*y/b"], []), ["x*y/a", "x*y/b"]);
  });
});
