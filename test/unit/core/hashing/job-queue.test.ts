import assert from "node:assert/strict";
import fc from "fast-check";
import { digestsOf, JobQueue, type PlannedJob, SMALL_FILE_BYTES } from "../../../../src/core/hashing/job-queue.ts";

const MIB = 1024 * 1024;

function jobsOf(sizes: readonly number[], shardSize?: number, order: "largest-first" | "in-order" = "largest-first") {
  const queue = new JobQueue(shardSize, order);
  const counted = sizes.map((size, file) => queue.add(file, size));
  queue.close();
  const jobs: PlannedJob[] = [];
  for (let job = queue.take(); job !== undefined; job = queue.take()) jobs.push(job);
  assert.ok(queue.exhausted);
  return { jobs, counted };
}

describe("JobQueue", () => {
  it("gives the largest first and the small together, or all as listed", () => {
    const sizes = [MIB, 10, 4000 * MIB, 20, 1000 * MIB, 0, 2000 * MIB, 30];
    const files = ({ files }: PlannedJob): readonly number[] => files;
    assert.deepEqual(jobsOf(sizes).jobs.map(files), [[2], [6], [4], [0, 1, 3, 5, 7]]);
    assert.deepEqual(jobsOf(sizes, undefined, "in-order").jobs.map(files), [[0, 1], [2], [3], [4], [5], [6], [7]]);
  });

  it("a hundred thousand small files are some hundred jobs, a terabyte in shards of a gigabyte a thousand", () => {
    assert.ok(jobsOf(new Array(100_000).fill(2500)).jobs.length < 1000);
    assert.equal(jobsOf([1e12], 1e9).jobs.length, 1000);
  });

  it("every byte of every file is read once, by a job that begins where a shard begins", () => {
    const small = fc.constantFrom(SMALL_FILE_BYTES, SMALL_FILE_BYTES + 1);
    const size = fc.oneof(fc.nat(5), fc.nat(3000), fc.nat(40 * MIB), small);
    const shard = fc.oneof(fc.integer({ min: 50, max: 5000 }), fc.integer({ min: MIB, max: 50 * MIB }));
    const order = fc.constantFrom("largest-first", "in-order");
    const property = fc.property(
      fc.array(size, { maxLength: 300 }),
      fc.option(shard, { nil: undefined }),
      order,
      (sizes, shardSize, inOrder) => {
        const { jobs, counted } = jobsOf(sizes, shardSize, inOrder);
        const jobCount = sizes.map(() => 0);
        const read = sizes.map(() => [] as [number, number][]);
        for (const { files, range, bytes } of jobs) {
          const whole = files.reduce((sum, file) => sum + (sizes[file] ?? 0), 0);
          assert.equal(bytes, range === undefined ? whole : range.end - range.start);
          for (const file of files) {
            const end = range?.end ?? sizes[file] ?? 0;
            read[file]?.push([range?.start ?? 0, end]);
            jobCount[file] = (jobCount[file] ?? 0) + 1;
            if (range === undefined) assert.ok(end <= SMALL_FILE_BYTES && digestsOf(end, shardSize) <= 1);
            else assert.equal(files.length, 1);
          }
        }
        assert.deepEqual(counted, jobCount);
        for (const [file, ranges] of read.entries()) {
          let position = 0;
          for (const [start, end] of ranges.sort(([a], [b]) => a - b)) {
            assert.equal(start, position);
            assert.ok(shardSize === undefined ? start === 0 : start % shardSize === 0);
            position = end;
          }
          assert.equal(position, sizes[file]);
          assert.ok(ranges.length > 0);
        }
      },
    );
    fc.assert(property);
  });
});
