import { isUtf8 } from "node:buffer";
import { lstatSync, readdirSync, type Stats } from "node:fs";
import { sep } from "node:path";
import type { TimeSlices } from "./time-slices.ts";

/** `special` is a pipe, a socket or a device. The name of what is `not-utf8` is lossy. */
export type EntryKind = "folder" | "file" | "link" | "special" | "not-utf8";

/** Node's replacement for bytes that are not UTF-8; a name may also really contain it. */
const REPLACEMENT = "\ufffd";

/**
 * Calls `visit` for each entry of a folder, in the order of the file system.
 *
 * @param visit returns whether to go on
 * @throws the system's error, and whatever `visit` throws
 */
export async function listFolder(
  path: string,
  slices: TimeSlices,
  visit: (name: string, kind: EntryKind) => boolean,
): Promise<void> {
  let doubtful = false;
  for (const found of readdirSync(path, { withFileTypes: true })) {
    if (found.name.includes(REPLACEMENT)) doubtful = true;
    else if (
      !visit(
        found.name,
        listedKind(found, () => lstatSync(entryPath(path, found.name))),
      )
    )
      return;
    if (slices.isOver()) await slices.next();
  }
  if (doubtful) await listDoubtful(path, slices, visit);
}

/** The entries whose names contain a replacement character, distinguished by their bytes. */
async function listDoubtful(
  path: string,
  slices: TimeSlices,
  visit: (name: string, kind: EntryKind) => boolean,
): Promise<void> {
  for (const bytes of readdirSync(path, { encoding: "buffer" })) {
    const name = bytes.toString("utf8");
    if (!name.includes(REPLACEMENT)) continue;
    if (!visit(name, isUtf8(bytes) ? kindOf(lstatSync(entryPath(path, name))) : "not-utf8")) return;
    if (slices.isOver()) await slices.next();
  }
}

type Kinds = Pick<Stats, "isDirectory" | "isFile" | "isSymbolicLink">;

/**
 * The kind of an entry of a list. Windows lists every reparse point as a link, also files of OneDrive and of disks with
 * deduplication (libuv, `fs__scandir`): what it is, `stats` has.
 *
 * @param stats of the entry itself, links not followed
 */
export function listedKind(listed: Kinds, stats: () => Kinds, platform = process.platform): EntryKind {
  return kindOf(platform === "win32" && listed.isSymbolicLink() ? stats() : listed);
}

/** The kind of what is at a path; undefined for nothing. A name in bytes that are no UTF-8 is not found as text. */
export function entryKind(path: string): EntryKind | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found && kindOf(found);
}

/** A symbolic link is a link, whatever it leads to; so is a junction of Windows. */
function kindOf(entry: Kinds): EntryKind {
  if (entry.isSymbolicLink()) return "link";
  if (entry.isDirectory()) return "folder";
  return entry.isFile() ? "file" : "special";
}

/** Like `join`, without normalising: a listed name is taken as it is. */
export function entryPath(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name;
}
