import type { ChangedResource, Comparison } from "./comparison.ts";

/** A file that changed, with those of its shards that did. */
export interface ChangedFile {
  readonly name: string;
  readonly parts: readonly ChangedResource[];
}

/** The first of them, and no more work than that: there may be a million. */
export function firstChangedFiles({ changed }: Comparison, limit: number): readonly ChangedFile[] {
  const files = new Map<string, ChangedResource[]>();
  for (const part of changed) {
    const known = files.get(part.name);
    if (known !== undefined) known.push(part);
    else if (files.size === limit) break;
    else files.set(part.name, [part]);
  }
  return [...files].map(([name, parts]) => ({ name, parts }));
}

/** How many files are Git LFS pointers whose content was not downloaded. */
export function undownloadedFileCount({ changed }: Comparison): number {
  return new Set(changed.filter(({ note }) => note === "lfs-not-downloaded").map(({ name }) => name)).size;
}

const COUNTS = new WeakMap<Comparison["changed"], number>();

/**
 * How many files changed, however many of their shards: those of one file stand together in a comparison. Counted once:
 * many ask.
 */
export function changedFileCount({ changed }: Comparison): number {
  const known = COUNTS.get(changed);
  if (known !== undefined) return known;
  let count = 0;
  let last: string | undefined;
  for (const { name } of changed) {
    if (name !== last) count += 1;
    last = name;
  }
  COUNTS.set(changed, count);
  return count;
}
