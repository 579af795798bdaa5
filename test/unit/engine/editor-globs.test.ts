import assert from "node:assert/strict";
import { compileGlobs } from "../../../src/engine/editor-globs.ts";

describe("patterns of the editor's settings", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["models", ["models"], ["models/a", "a/models", "model"]],
    ["models/*", ["models/a"], ["models", "models/a/b"]],
    ["models/**", ["models/a", "models/a/b"], ["models", "other/a"]],
    ["**/.git", [".git", "a/.git", "a/b/.git"], ["agit", "x.git"]],
    ["**/build/**", ["build/a", "x/build/a/b"], ["build", "rebuild/a"]],
    ["{a,b}/c?", ["a/cx", "b/c1"], ["c/cx", "a/c", "a/c/"]],
    ["[ab]-[!c]", ["a-x", "b-1"], ["c-x", "a-c"]],
    ["a.b(c)+$", ["a.b(c)+$"], ["axb(c)+$"]],
    ["./x/", ["x"], ["./x"]],
    ["{a", [], ["a", "{a"]],
  ];
  for (const [pattern, matched, others] of cases) {
    it(pattern, async () => {
      const matches = await compileGlobs([pattern]);
      for (const path of matched) assert.equal(matches(path), true, path);
      for (const path of others) assert.equal(matches(path), false, path);
    });
  }

  it("match nothing if there are none, and each of several matches", async () => {
    assert.equal((await compileGlobs([]))("a"), false);
    const matches = await compileGlobs(["a", "[z-a]", "b"]);
    assert.deepEqual(["a", "b", "c"].map(matches), [true, true, false]);
  });

  it("take no longer for a hostile path", async () => {
    const matches = await compileGlobs(["**/*a*a*a*a*a*a*a*a*b"]);
    assert.equal(matches("a".repeat(10_000)), false);
  });
});
