import type { TimeSlices } from "./time-slices.ts";

type Compare<T> = (a: T, b: T) => number;

/** Small enough to be sorted in well under a slice. */
const RUN = 512;
const CHECK_EVERY = 256;

/** Sorts a copy of any length without holding the event loop. Stable. */
export async function sortInSlices<T extends object>(
  items: readonly T[],
  compare: Compare<T>,
  slices: TimeSlices,
): Promise<T[]> {
  const runs: T[][] = [];
  for (let start = 0; start < items.length; start += RUN) {
    runs.push(items.slice(start, start + RUN).sort(compare));
    if (slices.isOver()) await slices.next();
  }
  return mergeNeighbours(runs, compare, slices);
}

/**
 * Sorts the items of all groups into one list. Where groups hardly overlap, as the files of folders do, that takes
 * little more than sorting each. Equal items of different groups may come in any order.
 */
export async function sortGroupsInSlices<T extends object>(
  groups: readonly (readonly T[])[],
  compare: Compare<T>,
  slices: TimeSlices,
): Promise<T[]> {
  const runs: Run<T>[] = [];
  for (const group of groups) {
    const items = await sortInSlices(group, compare, slices);
    const [first] = items;
    if (first !== undefined) runs.push({ first, items });
  }
  const ordered = await sortInSlices(runs, (a, b) => compare(a.first, b.first), slices);
  return mergeNeighbours(
    ordered.map(({ items }) => items),
    compare,
    slices,
  );
}

interface Run<T> {
  readonly first: T;
  readonly items: T[];
}

/** Merges sorted lists, two neighbours at a time. The lists are used up. */
async function mergeNeighbours<T>(runs: readonly T[][], compare: Compare<T>, slices: TimeSlices): Promise<T[]> {
  let merged = runs;
  while (merged.length > 1) {
    const next: T[][] = [];
    for (let at = 0; at < merged.length; at += 2) {
      next.push(await merge(merged[at] ?? [], merged[at + 1] ?? [], compare, slices));
    }
    merged = next;
  }
  return merged[0] ?? [];
}

async function merge<T>(left: T[], right: readonly T[], compare: Compare<T>, slices: TimeSlices): Promise<T[]> {
  const last = left.at(-1);
  const [first] = right;
  if (last === undefined || first === undefined || compare(last, first) <= 0) {
    for (const [at, item] of right.entries()) {
      left.push(item);
      if (at % CHECK_EVERY === 0 && slices.isOver()) await slices.next();
    }
    return left;
  }
  const merged: T[] = [];
  let fromLeft = 0;
  let fromRight = 0;
  while (fromLeft < left.length || fromRight < right.length) {
    const a = left[fromLeft];
    const b = right[fromRight];
    if (a !== undefined && (b === undefined || compare(a, b) <= 0)) {
      merged.push(a);
      fromLeft++;
    } else if (b !== undefined) {
      merged.push(b);
      fromRight++;
    }
    if (merged.length % CHECK_EVERY === 0 && slices.isOver()) await slices.next();
  }
  return merged;
}
