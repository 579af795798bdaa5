import type { ModelFile } from "../model/file-list.ts";
import { type DigestRequest, digestsOf } from "./digest-request.ts";

/** Bytes of one read. */
export const BLOCK_BYTES = 4 * 1024 * 1024;
/** Files up to this size are read whole, in batches. */
export const SMALL_FILE_BYTES = 1024 * 1024;
/** Bounds of a batch: large enough that taking it costs little, small enough that threads finish at the same time. */
const BATCH = { files: 64, bytes: 4 * 1024 * 1024 };
/** Small shards next to each other that one job takes. */
const SHARD_RUN_BYTES = 8 * 1024 * 1024;

/**
 * A piece of work for one thread.
 *
 * `batch`: some small files, `[from, to)` in {@link HashPlan.order}. `range`: the bytes `[from, to)` of one file.
 */
export type HashJob =
  | { readonly kind: "batch"; readonly from: number; readonly to: number }
  | { readonly kind: "range"; readonly file: number; readonly from: number; readonly to: number };

/** The jobs of a request as numbers, which threads share at no cost. */
export interface HashPlan {
  /** Three numbers a job: the file (-1: a batch), and its `[from, to)`. The largest ranges come first, the batches last. */
  readonly jobs: Float64Array;
  /** Small files, as listed. */
  readonly order: Uint32Array;
  /** By file: the position of its first digest; one more at the end, the number of all digests. */
  readonly firstDigest: Uint32Array;
  /** By file: how many jobs read it. */
  readonly jobsOfFile: Int32Array;
  /** Whether there is only one range, which is faster with reading ahead. */
  readonly readsAhead: boolean;
  /** Files and bytes to be read. */
  readonly files: number;
  readonly bytes: number;
}

/**
 * Cuts the files of a request into jobs.
 *
 * @param isWanted whether a file is to be read
 */
export function planJobs(
  { files, shardSize, ranges: wantedRanges }: Pick<DigestRequest, "files" | "shardSize" | "ranges">,
  isWanted: (file: number) => boolean,
): HashPlan {
  const ranges: [file: number, from: number, to: number][] = [];
  const small: number[] = [];
  const firstDigest = new Uint32Array(files.length + 1);
  const jobsOfFile = new Int32Array(new SharedArrayBuffer(files.length * 4));
  const step = shardSize === undefined ? Infinity : shardSize * Math.max(1, Math.floor(SHARD_RUN_BYTES / shardSize));
  let wanted = 0;
  let bytes = 0;
  for (const [file, { size }] of files.entries()) {
    firstDigest[file + 1] = (firstDigest[file] ?? 0) + digestsOf(size, shardSize);
    if (!isWanted(file)) continue;
    wanted++;
    const parts = wantedRanges?.[file] ?? [{ start: 0, end: size }];
    bytes += parts.reduce((sum, { start, end }) => sum + end - start, 0);
    const before = ranges.length;
    // An empty file has no digest in shards; it is opened and checked nevertheless.
    if (size <= SMALL_FILE_BYTES && digestsOf(size, shardSize) <= 1) small.push(file);
    else {
      for (const { start, end } of parts)
        for (let from = start; from < end; from += step) ranges.push([file, from, Math.min(end, from + step)]);
    }
    jobsOfFile[file] = Math.max(1, ranges.length - before);
  }
  // Largest first, so that no thread works alone at the end.
  ranges.sort(([, fromA, toA], [, fromB, toB]) => toB - fromB - (toA - fromA));
  const jobs = [...ranges, ...batches(small, files).map(([from, to]) => [-1, from, to] as const)];
  const plan = { order: Uint32Array.from(small), firstDigest, jobsOfFile, readsAhead: ranges.length === 1 };
  return { ...plan, jobs: Float64Array.from(jobs.flat()), files: wanted, bytes };
}

function batches(small: readonly number[], files: readonly ModelFile[]): [from: number, to: number][] {
  const found: [number, number][] = [];
  let from = 0;
  let bytes = 0;
  for (const [at, file] of small.entries()) {
    const size = files[file]?.size ?? 0;
    if (at - from >= BATCH.files || bytes + size > BATCH.bytes) {
      if (at > from) found.push([from, at]);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (small.length > from) found.push([from, small.length]);
  return found;
}
