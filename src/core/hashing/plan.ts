/** Files up to this size are digested whole, in batches. It must fit the block of a `JobRunner`. */
export const SMALL_FILE_BYTES = 1024 * 1024;
/** Bounds of a batch: large enough that handing it over costs nothing, small enough that a cancel or an event waits for none. */
const BATCH_FILES = 128;
const BATCH_BYTES = 2 * 1024 * 1024;
/** What opening and checking a file costs, in bytes of digesting. */
const FILE_COST_BYTES = 16 * 1024;
/** Small shards next to each other that one job takes. */
const SHARD_RUN_BYTES = 8 * 1024 * 1024;
/** Raw digests of a request are kept in memory until its end. */
export const MAX_DIGESTS = 16_000_000;

/** Some files whole (one digest each), or consecutive shards of one file. */
export type PlannedJob =
  | { readonly cost: number; readonly bytes: number; readonly files: readonly number[] }
  | {
      readonly cost: number;
      readonly bytes: number;
      readonly file: number;
      readonly start: number;
      readonly end: number;
    };

export interface Plan {
  /** Largest first: what is started last must be small, or it runs alone at the end. */
  readonly jobs: PlannedJob[];
  /** Position of a file's first digest, in order of the request. */
  readonly firstDigest: Float64Array;
  readonly digestCount: number;
}

/** How many digests a file has: none for an empty one in shards (OMS 6.3.2). */
export function digestsOf(size: number, shardSize: number | undefined): number {
  return shardSize === undefined ? 1 : Math.ceil(size / shardSize);
}

/** Cuts a request into jobs; `wanted` leaves out files that need no reading. */
export function planJobs(
  sizes: Float64Array,
  shardSize: number | undefined,
  wanted: (file: number) => boolean = () => true,
): Plan {
  const firstDigest = new Float64Array(sizes.length);
  const jobs: PlannedJob[] = [];
  let digestCount = 0;
  let batch: number[] = [];
  let batchBytes = 0;
  const closeBatch = (): void => {
    if (batch.length > 0)
      jobs.push({ cost: batchBytes + batch.length * FILE_COST_BYTES, bytes: batchBytes, files: batch });
    batch = [];
    batchBytes = 0;
  };
  for (const [file, size] of sizes.entries()) {
    firstDigest[file] = digestCount;
    const count = digestsOf(size, shardSize);
    digestCount += count;
    if (!wanted(file)) continue;
    if (size <= SMALL_FILE_BYTES && count <= 1) {
      if (batch.length === BATCH_FILES || batchBytes + size > BATCH_BYTES) closeBatch();
      batch.push(file);
      batchBytes += size;
      continue;
    }
    const step = shardSize === undefined ? size : shardSize * Math.max(1, Math.floor(SHARD_RUN_BYTES / shardSize));
    for (let start = 0; start < size; start += step) {
      const end = Math.min(size, start + step);
      jobs.push({ cost: end - start + FILE_COST_BYTES, bytes: end - start, file, start, end });
    }
  }
  closeBatch();
  jobs.sort((a, b) => b.cost - a.cost);
  return { jobs, firstDigest, digestCount };
}
