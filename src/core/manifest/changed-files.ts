import type { ChangedResource, Comparison } from "./comparison.ts";

interface ChangedFile {
  readonly name: string;
  readonly parts: readonly ChangedResource[];
}

/** The first changed files; the rest, which may be a million, is not read. */
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

/** Whether the file is a Git LFS pointer whose content was not downloaded, which may be what was signed. */
export function isUndownloaded({ note }: Pick<ChangedResource, "note">): boolean {
  return note === "lfs-not-downloaded";
}

/** How many files are Git LFS pointers whose content was not downloaded. */
export function undownloadedFileCount({ changed }: Comparison): number {
  return new Set(changed.filter(isUndownloaded).map(({ name }) => name)).size;
}

/** How many files changed, however many of their shards. */
export function changedFileCount({ changed }: Comparison): number {
  return new Set(changed.map(({ name }) => name)).size;
}

/** Whether all that differs is content that Git LFS has not fetched: then it cannot be said whether it is what was signed. */
export function isOnlyUndownloaded({ matches, changed, missing, added }: Comparison): boolean {
  if (matches || changed.length === 0 || missing.length > 0 || added.length > 0) return false;
  return changed.every(isUndownloaded);
}
