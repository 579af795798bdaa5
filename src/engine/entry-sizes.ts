import type { Stats } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** Entries of a folder that are looked at: `.git` of a large repository has hundreds of thousands. */
const ENTRIES_LOOKED_AT = 5_000;

export interface EntrySize {
  /** As found: a file or a folder. */
  readonly name: string;
  /** Undefined where it cannot be read. */
  readonly bytes?: number;
  /** Whether the folder holds more than was looked at. */
  readonly atLeast: boolean;
}

/** Bytes of a file, or of all files below a folder; links are not followed. */
export async function entrySize(root: string, name: string): Promise<EntrySize> {
  const path = join(root, name);
  const own = await lstat(path).catch(() => undefined);
  if (own === undefined) return { name, atLeast: false };
  if (!own.isDirectory()) return { name, bytes: sizeOf(own), atLeast: false };
  let bytes = 0;
  let left = ENTRIES_LOOKED_AT;
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await opendir(folder).catch(() => undefined);
    if (entries === undefined) continue;
    for await (const entry of entries) {
      if (left === 0) return { name, bytes, atLeast: true };
      left -= 1;
      const found = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(found);
      else bytes += sizeOf(await lstat(found).catch(() => undefined));
    }
  }
  return { name, bytes, atLeast: false };
}

function sizeOf(info: Stats | undefined): number {
  return info?.isFile() === true ? info.size : 0;
}
