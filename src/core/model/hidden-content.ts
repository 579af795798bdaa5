import { systemCode } from "../errors.ts";
import type { HiddenContent } from "./file-list.ts";
import { isGitFile, isGitLink } from "./git-layout.ts";
import { hubBlob } from "./hub-cache.ts";
import { type EntryKind, entryPath, listFolder } from "./list-folder.ts";
import { compareCodePoints } from "./names.ts";
import { readSmallText } from "./read-small-file.ts";
import type { TimeSlices } from "./time-slices.ts";

/** Entries that are listed: enough for a large repository, and a fraction of a second. */
const MAX_ENTRIES = 50_000;
/** Names kept. */
const MAX_NAMES = 100;
/** Bytes of a `.git` file: a path. */
const MAX_GIT_LINK = 8192;

/** A default path (OMS 6.2) that exists at the top of a model, and was excluded. */
export interface ExcludedEntry {
  readonly name: string;
  readonly path: string;
  readonly kind: EntryKind;
}

/** The names of files that the default paths exclude and that are not git's own; at most 50 000 entries are listed. */
export async function findHiddenContent(
  excluded: readonly ExcludedEntry[],
  slices: TimeSlices,
  limit = MAX_ENTRIES,
): Promise<HiddenContent | undefined> {
  const found: string[] = [];
  let complete = true;
  let listed = 0;
  const folders: ExcludedEntry[] = [];
  for (const entry of excluded) {
    if (entry.kind === "folder") folders.push(entry);
    else if (!isOwnFile(entry)) found.push(entry.name);
  }
  // Breadth first: git's objects are deepest.
  for (const folder of folders) {
    if (!complete) break;
    try {
      await listFolder(folder.path, slices, (entry, kind) => {
        listed++;
        if (listed > limit) complete = false;
        if (!complete) return false;
        const name = `${folder.name}/${entry}`;
        const path = entryPath(folder.path, entry);
        if (kind === "folder") folders.push({ name, path, kind });
        else if (!isKeptByGit(name) && !(kind === "file" && isGitLfsHook(name, path))) found.push(name);
        return true;
      });
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      complete = false;
    }
  }
  if (found.length === 0 && complete) return undefined;
  return { names: found.sort(compareCodePoints).slice(0, MAX_NAMES), count: found.length, complete };
}

function isKeptByGit(name: string): boolean {
  return name.startsWith(".git/") && isGitFile(name.slice(".git/".length));
}

/** Whether an entry that is no folder is git's own file of this name. */
function isOwnFile({ name, path, kind }: ExcludedEntry): boolean {
  if (name === ".github") return false;
  if (kind === "link") return name !== ".git" && hubBlob(path) !== undefined;
  if (kind !== "file") return false;
  return name !== ".git" || isGitLink(readSmallText(path, MAX_GIT_LINK) ?? "");
}

const HOOK = /^\.git\/(?:modules\/.+\/)?hooks\/(pre-push|post-checkout|post-commit|post-merge)$/;
const MAX_BYTES = 1024;
/** In double quotes, where a shell runs nothing that has no backslash, `$` or backquote. */
const TEXT = String.raw`"(?:[^"\\$\x60\n]|\\n)*"`;
/** What releases of Git LFS write (`lfs/hook.go` there), whatever the text of the warning. */
const LFS_HOOK = new RegExp(
  String.raw`^#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 \|\| \{ (?:echo|printf) >&2(?: ${TEXT})+; exit 2; \}\n` +
    String.raw`git lfs ([a-z-]+) "\$@"\n$`,
);

/** Whether a file is a hook as Git LFS writes it, for that event. */
function isGitLfsHook(name: string, path: string): boolean {
  const hook = HOOK.exec(name)?.[1];
  return hook !== undefined && LFS_HOOK.exec(readSmallText(path, MAX_BYTES) ?? "")?.[1] === hook;
}
