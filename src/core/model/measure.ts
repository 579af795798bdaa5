import { statSync } from "node:fs";
import { ProvenanceError, unlessSystemError } from "../errors.ts";
import { entryPath, listFolder } from "./list-folder.ts";
import { TimeSlices } from "./time-slices.ts";

/** Files and folders that are counted: `.git` of a large repository has hundreds of thousands. */
const MAX_ENTRIES = 20_000;

export interface Measured {
  readonly bytes: number;
  /** Whether there is more than was counted. */
  readonly atLeast: boolean;
}

/**
 * The bytes of a file, or of all files below a folder. Of a link, those of the file that it leads to; links to folders
 * are not followed. What cannot be read is not counted, and no file is opened.
 *
 * @param path absolute
 * @returns undefined where nothing can be read at `path`
 * @throws `CANCELLED`
 */
export async function measure(path: string, signal?: AbortSignal): Promise<Measured | undefined> {
  const slices = new TimeSlices(signal);
  const top = unlessSystemError(() => statSync(path));
  if (top?.isDirectory() !== true) return top && { bytes: top.size, atLeast: false };
  const folders = [path];
  let left = MAX_ENTRIES;
  let bytes = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const around = folder;
    const listed = listFolder(folder, slices, (name, kind) => {
      if (left-- === 0) return false;
      const entry = entryPath(around, name);
      if (kind === "folder") folders.push(entry);
      const stats = kind === "file" || kind === "link" ? unlessSystemError(() => statSync(entry)) : undefined;
      if (stats?.isFile() === true) bytes += stats.size;
      return true;
    });
    await listed.catch((error: unknown) => {
      if (error instanceof ProvenanceError) throw error;
    });
    if (left < 0) return { bytes, atLeast: true };
  }
  return { bytes, atLeast: false };
}
