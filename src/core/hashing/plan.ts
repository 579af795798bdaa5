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

/** Some small files whole (one digest each), or consecutive shards of one file. */
export interface PlannedJob {
  /** To be read. */
  readonly bytes: number;
  /** Positions in the request. */
  readonly files: readonly number[];
  /** Bytes of the one file. */
  readonly range?: { readonly start: number; readonly end: number };
}

export interface Plan {
  readonly inOrder: readonly PlannedJob[];
  /** What is started last must be small, or it runs alone at the end. */
  readonly largestFirst: readonly PlannedJob[];
  /** Position of a file's first digest, in order of the request. */
  readonly firstDigest: Float64Array;
  readonly digestCount: number;
}

/** How many digests a file has: none for an empty one in shards (OMS 6.3.2). */
export function digestsOf(size: number, shardSize: number | undefined): number {
  return shardSize === undefined ? 1 : Math.ceil(size / shardSize);
}

/** Cuts a request into jobs. */
export function planJobs(
  sizes: Float64Array,
  shardSize: number | undefined,
  wanted: (file: number) => boolean = () => true,
): Plan {
  const firstDigest = new Float64Array(sizes.length);
  const inOrder: PlannedJob[] = [];
  let digestCount = 0;
  let files: number[] = [];
  let bytes = 0;
  const closeBatch = (): void => {
    if (files.length > 0) inOrder.push({ bytes, files });
    files = [];
    bytes = 0;
  };
  for (const [file, size] of sizes.entries()) {
    firstDigest[file] = digestCount;
    const count = digestsOf(size, shardSize);
    digestCount += count;
    if (!wanted(file)) continue;
    if (size <= SMALL_FILE_BYTES && count <= 1) {
      if (files.length === BATCH_FILES || bytes + size > BATCH_BYTES) closeBatch();
      files.push(file);
      bytes += size;
      continue;
    }
    const step = shardSize === undefined ? size : shardSize * Math.max(1, Math.floor(SHARD_RUN_BYTES / shardSize));
    for (let start = 0; start < size; start += step) {
      const end = Math.min(size, start + step);
      inOrder.push({ bytes: end - start, files: [file], range: { start, end } });
    }
  }
  closeBatch();
  return { inOrder, largestFirst: inOrder.toSorted((a, b) => cost(b) - cost(a)), firstDigest, digestCount };
}

function cost(job: PlannedJob): number {
  return job.bytes + job.files.length * FILE_COST_BYTES;
}
