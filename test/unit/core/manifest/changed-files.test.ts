import assert from "node:assert/strict";
import { changedFileCount, firstChangedFiles } from "../../../../src/core/manifest/changed-files.ts";
import type { Comparison } from "../../../../src/core/manifest/comparison.ts";

describe("the files that changed", () => {
  const changed = ["a", "b", "b", "b", "c"].map((name, index) => ({ name, expected: String(index) }));
  const comparison: Comparison = { matches: false, changed, missing: [], added: [] };

  it("are counted once, however many of their shards changed", () => {
    assert.equal(changedFileCount(comparison), 3);
    assert.equal(changedFileCount({ ...comparison, changed: [] }), 0);
  });

  it("have all of their shards, up to a limit", () => {
    const first = firstChangedFiles(comparison, 2);
    assert.deepEqual(
      first.map(({ name, parts }) => [name, parts.map(({ expected }) => expected).join()]),
      [
        ["a", "0"],
        ["b", "1,2,3"],
      ],
    );
    assert.equal(firstChangedFiles(comparison, 9).length, 3);
  });
});
