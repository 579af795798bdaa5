import type { GitObjects } from "./git-objects.ts";

/** A commit, or the list of one folder. */
const MAX_OBJECT_BYTES = 16 * 1024 * 1024;
/** Files and folders of one commit that are looked at. */
const MAX_ENTRIES = 200_000;
/** Characters; no system has longer ones. A folder that holds itself ends here. */
const MAX_PATH = 4096;

/**
 * The files of a commit below a folder: their names, relative to it, and the identifiers of their blobs. Links and submodules
 * are left out.
 *
 * @param prefix of the folder: empty, or `/` at its end
 * @returns undefined where not all of it can be read
 */
export function filesOfCommit(objects: GitObjects, commit: string, prefix: string): Map<string, string> | undefined {
  const text = objects.read(commit, "commit", MAX_OBJECT_BYTES)?.toString("latin1");
  let tree = /^tree ([0-9a-f]{40})\n/.exec(text ?? "")?.[1];
  if (tree === undefined) return undefined;
  for (const part of prefix.split("/").slice(0, -1)) {
    tree = entriesOf(objects, tree)?.find(({ name, mode }) => name === part && mode === FOLDER)?.id;
    if (tree === undefined) return undefined;
  }
  const files = new Map<string, string>();
  const pending = [{ id: tree, prefix: "" }];
  for (const folder of pending) {
    const entries = entriesOf(objects, folder.id);
    if (entries === undefined || folder.prefix.length > MAX_PATH) return undefined;
    if (files.size + pending.length > MAX_ENTRIES) return undefined;
    for (const { mode, name, id } of entries) {
      if (mode === FOLDER) pending.push({ id, prefix: `${folder.prefix}${name}/` });
      else if (FILES.has(mode)) files.set(`${folder.prefix}${name}`, id);
    }
  }
  return files;
}

const FOLDER = "40000";
const FILES: ReadonlySet<string> = new Set(["100644", "100755", "100664"]);

interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  /** Lower-case hex. */
  readonly id: string;
}

/** `MODE SP NAME NUL ID`, again and again (gitdatamodel(7)). */
function entriesOf(objects: GitObjects, id: string): TreeEntry[] | undefined {
  const content = objects.read(id, "tree", MAX_OBJECT_BYTES);
  if (!Buffer.isBuffer(content)) return undefined;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space === -1 || end === -1 || end + 21 > content.length) return undefined;
    const name = content.toString("utf8", space + 1, end);
    entries.push({ mode: content.toString("latin1", at, space), name, id: content.toString("hex", end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}
