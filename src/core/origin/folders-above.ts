import { basename, dirname } from "node:path";

/** A folder that holds the model or is it. */
export interface FolderAbove {
  /** Absolute. */
  readonly path: string;
  /** What names of the model begin with when they are relative to this folder: empty, or `/` at its end. */
  readonly prefix: string;
}

/** How far up a record is searched. */
const MAX_LEVELS = 32;

/** The folder, then the folders around it, nearest first. */
export function* foldersAbove(folder: string): Generator<FolderAbove> {
  let path = folder;
  let prefix = "";
  for (let level = 0; level < MAX_LEVELS; level++) {
    yield { path, prefix };
    const parent = dirname(path);
    if (parent === path) return;
    prefix = `${basename(path)}/${prefix}`;
    path = parent;
  }
}
