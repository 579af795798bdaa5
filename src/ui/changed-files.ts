import type { ChangedResource, Comparison } from "../core/manifest/comparison.ts";

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

const COUNTS = new WeakMap<Comparison, number>();

/** How many files changed, however many of their shards. Counted once: many ask. */
export function changedFileCount(comparison: Comparison): number {
  const known = COUNTS.get(comparison);
  if (known !== undefined) return known;
  const count = new Set(comparison.changed.map(({ name }) => name)).size;
  COUNTS.set(comparison, count);
  return count;
}
