import { type Stats, statSync } from "node:fs";
import { ProvenanceError } from "../errors.ts";
import { type EntryKind, entryPath, listFolder } from "./list-folder.ts";
import { isSkippedName } from "./never-entered.ts";
import { TimeSlices } from "./time-slices.ts";

/** Files and folders that are looked at: whoever has more is large. */
const ENTRY_LIMIT = 20_000;

/**
 * How many bytes a model has, about: for what goes first. What cannot be read, and what is beyond the first 20 000
 * entries, counts as nothing. No file is opened.
 *
 * @param root the model's folder or single file, absolute
 * @throws `CANCELLED`
 */
export async function sizeHint(root: string, signal?: AbortSignal): Promise<number> {
  const slices = new TimeSlices(signal);
  const top = statIfReadable(root);
  if (top?.isDirectory() !== true) return top?.size ?? 0;
  const folders = [root];
  let left = ENTRY_LIMIT;
  let bytes = 0;
  for (let folder = folders.pop(); folder !== undefined && left > 0; folder = folders.pop()) {
    const around = folder;
    const visit = (name: string, kind: EntryKind): boolean => {
      const path = entryPath(around, name);
      if (kind === "folder" && !isSkippedName(name)) folders.push(path);
      const stats = kind === "file" || kind === "link" ? statIfReadable(path) : undefined;
      if (stats?.isFile() === true) bytes += stats.size;
      left -= 1;
      return left > 0;
    };
    await listFolder(folder, slices, visit).catch((error: unknown) => {
      if (error instanceof ProvenanceError) throw error;
    });
  }
  return bytes;
}

function statIfReadable(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
