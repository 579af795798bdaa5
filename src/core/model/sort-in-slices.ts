import type { TimeSlices } from "./time-slices.ts";

/** Small enough to be sorted in well under a slice. */
const RUN = 512;
const CHECK_EVERY = 256;

/** Sorts a copy of any length without holding the event loop. Stable. */
export async function sortInSlices<T extends object>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  slices: TimeSlices,
): Promise<T[]> {
  let sorted: T[] = [];
  for (let start = 0; start < items.length; start += RUN) {
    sorted.push(...items.slice(start, start + RUN).sort(compare));
    if (slices.isOver()) await slices.next();
  }
  for (let width = RUN; width < sorted.length; width *= 2) {
    const merged: T[] = [];
    for (let start = 0; start < sorted.length; start += 2 * width) {
      const middle = Math.min(start + width, sorted.length);
      const end = Math.min(start + 2 * width, sorted.length);
      let left = start;
      let right = middle;
      while (left < middle || right < end) {
        const a = left < middle ? sorted[left] : undefined;
        const b = right < end ? sorted[right] : undefined;
        if (a !== undefined && (b === undefined || compare(a, b) <= 0)) {
          merged.push(a);
          left++;
        } else if (b !== undefined) {
          merged.push(b);
          right++;
        }
        if (merged.length % CHECK_EVERY === 0 && slices.isOver()) await slices.next();
      }
    }
    sorted = merged;
  }
  return sorted;
}
