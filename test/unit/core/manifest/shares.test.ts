import assert from "node:assert/strict";
import fc from "fast-check";
import { type Share, sharesOf } from "../../../../src/core/manifest/shares.ts";

const MIB = 1024 * 1024;

const sizes = fc.array(fc.nat({ max: 400 * MIB }), { minLength: 1, maxLength: 40 });
const shardSize = fc.option(fc.constantFrom(MIB, 7 * MIB + 1, 64 * MIB, 100 * MIB), { nil: undefined });
const count = fc.integer({ min: 1, max: 9 });

const listOf = (bytes: readonly number[]) => bytes.map((size) => ({ size }));
const allParts = (bytes: readonly number[], shard: number | undefined, parts: number): Share[][] =>
  Array.from({ length: parts }, (_, index) => sharesOf(listOf(bytes), shard, { index, count: parts }));
const bytesOf = (shares: readonly Share[]): number => shares.reduce((sum, { start, end }) => sum + end - start, 0);

describe("sharesOf", () => {
  it("assigns each byte of each file, and each empty file, to exactly one part", () => {
    const property = fc.property(sizes, shardSize, count, (bytes, shard, parts) => {
      const shares = allParts(bytes, shard, parts).flat();
      for (const [file, size] of bytes.entries()) {
        const own = shares.filter((share) => share.file === file).sort((a, b) => a.start - b.start);
        assert.equal(own[0]?.start, 0);
        assert.equal(own.at(-1)?.end, size);
        for (const [index, { end }] of own.slice(0, -1).entries()) assert.equal(own[index + 1]?.start, end);
      }
    });
    fc.assert(property);
  });

  it("splits no file without shards, and no shard with them", () => {
    const property = fc.property(sizes, shardSize, count, (bytes, shard, parts) => {
      for (const { file, start, end } of allParts(bytes, shard, parts).flat()) {
        const size = bytes[file] ?? 0;
        if (shard === undefined) assert.deepEqual([start, end], [0, size]);
        else assert.deepEqual([start % shard, end === size || end % shard === 0], [0, true]);
      }
    });
    fc.assert(property);
  });

  it("balances the parts by bytes, to less than the largest piece", () => {
    const property = fc.property(sizes, shardSize, count, (bytes, shard, parts) => {
      const loads = allParts(bytes, shard, parts).map(bytesOf);
      const piece = shard === undefined ? Math.max(...bytes) : Math.min(Math.max(...bytes), Math.max(shard, 64 * MIB));
      const opening = 16 * 1024 * bytes.length;
      assert.ok(Math.max(...loads) - Math.min(...loads) <= piece + opening, `${loads}`);
    });
    fc.assert(property);
  });

  it("gives the largest file a part alone if it is as large as all others of a part", () => {
    const [first, ...others] = allParts(
      [5, 100, 5, 90, 5].map((size) => size * MIB),
      undefined,
      3,
    );
    assert.deepEqual(first, [{ file: 1, start: 0, end: 100 * MIB }]);
    assert.deepEqual(
      others.map((shares) => shares.map(({ file }) => file)),
      [[3], [0, 2, 4]],
    );
  });

  it("counts the cost of opening files: thousands of empty ones are spread over all parts", () => {
    const loads = allParts(new Array<number>(8000).fill(0), undefined, 8).map(({ length }) => length);
    assert.deepEqual(loads, new Array<number>(8).fill(1000));
  });

  it("keeps small shards together in stretches of 64 MiB", () => {
    const shares = sharesOf([{ size: 1024 * MIB }], MIB, { index: 0, count: 4 });
    assert.equal(shares.length, 4);
    for (const { start, end } of shares) assert.equal(end - start, 64 * MIB);
  });

  it("gives everything to a single part, in the order of the files", () => {
    const shares = sharesOf([{ size: 100 * MIB }, { size: 0 }], MIB, { index: 0, count: 1 });
    assert.deepEqual(shares, [
      { file: 0, start: 0, end: 64 * MIB },
      { file: 0, start: 64 * MIB, end: 100 * MIB },
      { file: 1, start: 0, end: 0 },
    ]);
  });

  it("leaves parts empty if there are more parts than files", () => {
    assert.deepEqual(allParts([3], undefined, 3), [[{ file: 0, start: 0, end: 3 }], [], []]);
  });

  it("is the same in every version: parts of one run may be digested by several", () => {
    const bytes = [7, 300, 12, 12, 0, 150, 150, 64].map((size) => size * MIB);
    const files = allParts(bytes, undefined, 3).map((shares) => shares.map(({ file }) => file));
    assert.deepEqual(files, [[1], [5, 7], [0, 2, 3, 4, 6]]);
  });
});
