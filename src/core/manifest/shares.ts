import type { PartNumber } from "./part-number.ts";

/** Bytes `[start, end)` of the file at a position of the model's list. */
export interface Share {
  readonly file: number;
  readonly start: number;
  readonly end: number;
}

/** Bytes that are read in the time that opening a file takes: thousands of small files are work, too. */
const OPENING_BYTES = 16 * 1024;
/** Small shards next to each other stay together, so that each part reads stretches and not crumbs. */
const STRETCH_BYTES = 64 * 1024 * 1024;

/**
 * What one of several parts digests of a model: whole files, or stretches of shards where files are split. Largest first,
 * each to the part with the least so far: everybody who has the same list computes the same shares.
 *
 * @param files the whole model, in code-point order
 * @returns in the order of the list
 */
export function sharesOf(
  files: readonly { readonly size: number }[],
  shardSize: number | undefined,
  { index, count }: PartNumber,
): Share[] {
  const step = shardSize === undefined ? Infinity : shardSize * Math.max(1, Math.floor(STRETCH_BYTES / shardSize));
  const stretches: Share[] = [];
  for (const [file, { size }] of files.entries()) {
    let start = 0;
    do {
      const end = Math.min(size, start + step);
      stretches.push({ file, start, end });
      start = end;
    } while (start < size);
  }
  // The sort is stable: of equal ones, the first of the list stays the first.
  const largestFirst = stretches.toSorted((a, b) => b.end - b.start - (a.end - a.start));
  const loads = new Array<number>(count).fill(0);
  const own = largestFirst.filter(({ start, end }) => {
    const part = leastLoaded(loads);
    loads[part] = (loads[part] ?? 0) + end - start + OPENING_BYTES;
    return part === index;
  });
  return own.sort((a, b) => a.file - b.file || a.start - b.start);
}

/** The part with the least, of equal ones the first. */
function leastLoaded(loads: readonly number[]): number {
  let least = 0;
  for (const [part, load] of loads.entries()) if (load < (loads[least] ?? 0)) least = part;
  return least;
}
