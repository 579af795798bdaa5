import assert from "node:assert/strict";
import fc from "fast-check";
import { digestsOf, planJobs, SMALL_FILE_BYTES } from "../../../../src/core/hashing/plan.ts";

const MIB = 1024 * 1024;

describe("planJobs", () => {
  it("starts the largest first, and batches the small", () => {
    const sizes = Float64Array.of(MIB, 10, 4000 * MIB, 20, 1000 * MIB, 0, 2000 * MIB);
    const { largestFirst, inOrder } = planJobs(sizes, undefined);
    assert.deepEqual(
      largestFirst.map(({ files }) => files),
      [[2], [6], [4], [0, 1, 3, 5]],
    );
    assert.deepEqual(
      inOrder.map(({ files }) => files),
      [[2], [4], [6], [0, 1, 3, 5]],
    );
  });

  it("a hundred thousand small files are some hundred jobs, a terabyte in shards of a gigabyte a thousand", () => {
    assert.ok(planJobs(new Float64Array(100_000).fill(2500), undefined).inOrder.length < 1000);
    assert.equal(planJobs(Float64Array.of(1e12), 1e9).inOrder.length, 1000);
  });

  it("every byte of every file that is wanted is read once, by a job that knows where its digests go", () => {
    const size = fc.oneof(
      fc.nat(5),
      fc.nat(3000),
      fc.nat(40 * MIB),
      fc.constantFrom(SMALL_FILE_BYTES, SMALL_FILE_BYTES + 1),
    );
    const shard = fc.option(fc.oneof(fc.integer({ min: 50, max: 5000 }), fc.integer({ min: MIB, max: 50 * MIB })), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(size, fc.boolean()), { maxLength: 300 }), shard, (list, shardSize) => {
        const sizes = Float64Array.from(list, ([bytes]) => bytes);
        const plan = planJobs(sizes, shardSize, (file) => list[file]?.[1] ?? false);
        let digests = 0;
        for (const [file, bytes] of sizes.entries()) {
          assert.equal(plan.firstDigest[file], digests);
          digests += digestsOf(bytes, shardSize);
        }
        assert.equal(plan.digestCount, digests);
        assert.deepEqual(new Set(plan.largestFirst), new Set(plan.inOrder));

        const covered = new Map<number, number>();
        for (const { files, range, bytes } of plan.inOrder) {
          assert.equal(
            bytes,
            range === undefined ? files.reduce((sum, file) => sum + (sizes[file] ?? 0), 0) : range.end - range.start,
          );
          for (const file of files) {
            assert.ok(list[file]?.[1]);
            assert.equal(range?.start ?? 0, covered.get(file) ?? 0);
            if (range !== undefined && shardSize !== undefined) assert.equal(range.start % shardSize, 0);
            else assert.ok(range === undefined || (range.start === 0 && range.end === sizes[file]));
            covered.set(file, range?.end ?? sizes[file] ?? 0);
            assert.ok(range !== undefined || (sizes[file] ?? 0) <= SMALL_FILE_BYTES);
          }
        }
        for (const [file, [bytes, wanted]] of list.entries())
          assert.equal(covered.get(file), wanted ? bytes : undefined);
      }),
    );
  });
});
