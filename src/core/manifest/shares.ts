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
 * @returns in the order of the list; neighbours of one file are one share
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
  const loads = new Loads(count);
  const own = largestFirst.filter(({ start, end }) => loads.add(end - start + OPENING_BYTES) === index);
  return joined(own.sort((a, b) => a.file - b.file || a.start - b.start));
}

function joined(sorted: readonly Share[]): Share[] {
  const shares: Share[] = [];
  for (const share of sorted) {
    const last = shares.at(-1);
    if (last?.file === share.file && last.end === share.start) shares.splice(-1, 1, { ...last, end: share.end });
    else shares.push(share);
  }
  return shares;
}

/** What each part has, as a binary heap: the part with the least comes first, of equal ones the lowest number. */
class Loads {
  readonly #heap: Uint32Array;
  readonly #loads: Float64Array;

  constructor(count: number) {
    this.#heap = Uint32Array.from({ length: count }, (_, part) => part);
    this.#loads = new Float64Array(count);
  }

  /** Gives so much to the part with the least, and returns its number. */
  add(bytes: number): number {
    const part = this.#heap[0] ?? 0;
    this.#loads[part] = this.#load(part) + bytes;
    this.#sink();
    return part;
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [at * 2 + 1, at * 2 + 2]) {
        if (child < heap.length && this.#isLess(child, least)) least = child;
      }
      if (least === at) return;
      const [upper = 0, lower = 0] = [heap[at], heap[least]];
      heap[at] = lower;
      heap[least] = upper;
      at = least;
    }
  }

  #isLess(a: number, b: number): boolean {
    const [left = 0, right = 0] = [this.#heap[a], this.#heap[b]];
    return this.#load(left) < this.#load(right) || (this.#load(left) === this.#load(right) && left < right);
  }

  #load(part: number): number {
    return this.#loads[part] ?? 0;
  }
}
