import { isUtf8 } from "node:buffer";
import { lstatSync, opendirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { sep } from "node:path";
import type { TimeSlices } from "./time-slices.ts";

export interface Entry {
  /** As listed; lossy for `not-utf8`. */
  readonly name: string;
  /** `other` is everything that is to be looked at more closely: files, links, pipes… */
  readonly kind: "folder" | "other" | "not-utf8";
}

/** Entries that the system hands over in one call. */
const BATCH = 256;
/** What Node puts where the bytes of a name are not UTF-8; a name may also really hold it. */
const REPLACEMENT = "\ufffd";

/**
 * The entries of a folder, in the order of the file system.
 *
 * @param limit how many at most; all if not given
 * @throws the system's error
 */
export async function listFolder(path: string, slices: TimeSlices, limit = Infinity): Promise<Entry[]> {
  const entries: Entry[] = [];
  let doubtful = false;
  const folder = opendirSync(path, { bufferSize: BATCH });
  try {
    for (let found = folder.readSync(); found !== null && entries.length < limit; found = folder.readSync()) {
      if (found.name.includes(REPLACEMENT)) doubtful = true;
      else entries.push({ name: found.name, kind: found.isDirectory() ? "folder" : "other" });
      if (slices.isOver()) await slices.next();
    }
  } finally {
    folder.closeSync();
  }
  if (doubtful) entries.push(...(await listDoubtful(path)));
  return entries;
}

/** The entries whose names hold a replacement character, told apart by their bytes. */
async function listDoubtful(path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const bytes of await readdir(path, { encoding: "buffer" })) {
    const name = bytes.toString("utf8");
    if (!name.includes(REPLACEMENT)) continue;
    if (!isUtf8(bytes)) entries.push({ name, kind: "not-utf8" });
    else entries.push({ name, kind: lstatSync(entryPath(path, name)).isDirectory() ? "folder" : "other" });
  }
  return entries;
}

/** Like `join`, without normalising: a listed name is taken as it is. */
export function entryPath(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name;
}
