import { basename, dirname } from "node:path";

/** A folder that holds the model or is it. */
export interface FolderAbove {
  /** Absolute. */
  readonly path: string;
  /** What names of the model begin with when they are relative to this folder: empty, or `/` at its end. */
  readonly prefix: string;
}

/** The folder, then the folders around it, nearest first. */
export function* foldersAbove(folder: string): Generator<FolderAbove> {
  let path = folder;
  let prefix = "";
  while (true) {
    yield { path, prefix };
    const parent = dirname(path);
    if (parent === path) return;
    prefix = `${basename(path)}/${prefix}`;
    path = parent;
  }
}
