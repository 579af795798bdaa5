import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { unlessSystemError } from "../errors.ts";
import type { LinkTarget } from "./links.ts";
import { readSmallText } from "./read-small-file.ts";

/** Hugging Face's cache keeps each revision in `models--ORG--NAME/snapshots/REVISION`, of links into its `blobs`. */
const REPOSITORY = /^(models|datasets|spaces|kernels)--(.+)$/;
const REVISION = /^[0-9a-f]{40}$/;
/** A blob is called after its ETag: the SHA-256 of a file in Git LFS, the SHA-1 that git has for any other. */
const BLOB = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/**
 * The store of blobs that the repositories of one cache share: `blobs/<2 digits>/<Xet hash>` beside them, where this
 * regular file is (huggingface_hub 2.4, `utils/_shared_blobs.py`).
 */
const STORE_MARKER = { name: ".huggingface-shared-blobs", text: /^1\r?\n$/ } as const;
const XET_HASH = /^[0-9a-f]{64}$/;

/** The repository and revision of a snapshot. */
export interface HubSnapshot {
  /** What the repository holds: `models`, `datasets`, `spaces` or `kernels`. */
  readonly type: string;
  /** `org/name`. */
  readonly name: string;
  /** Hex, of 40 digits. */
  readonly revision: string;
}

/** @returns undefined for a path that is no snapshot by its names */
export function hubSnapshot(path: string): HubSnapshot | undefined {
  const revision = basename(path);
  const snapshots = dirname(path);
  const [, type, name] = REPOSITORY.exec(basename(dirname(snapshots))) ?? [];
  if (type === undefined || name === undefined || basename(snapshots) !== "snapshots" || !REVISION.test(revision))
    return undefined;
  return { type, name: name.replace("--", "/"), revision };
}

/** The file that a link of a snapshot stands for. */
export interface HubBlob extends LinkTarget {
  /** Its name in `blobs` of the repository: the ETag. */
  readonly blob: string;
}

/**
 * The file that a link of a snapshot stands for: a regular file directly in `blobs` of the same repository; or, where that
 * is a link itself, a regular file in the marked store that the repositories of the same cache share. The content of a
 * blob is the file; the links are how the cache stores it, and no links of the model.
 *
 * @param link absolute path of the link; its folder is no link itself
 * @returns undefined for every other link, and for what is no link
 */
export function hubBlob(link: string): HubBlob | undefined {
  const repository = repositoryAround(dirname(link));
  if (repository === undefined) return undefined;
  return unlessSystemError(() => {
    const blob = resolve(dirname(link), readlinkSync(link));
    const blobs = join(repository, "blobs");
    if (dirname(blob) !== blobs || !BLOB.test(basename(blob)) || !isFolder(blobs)) return undefined;
    const path = lstatSync(blob).isSymbolicLink() ? sharedBlob(blob, join(dirname(repository), "blobs")) : blob;
    const target = path === undefined ? undefined : fileBehind(link, path);
    return target && { ...target, blob: basename(blob) };
  });
}

/** The file in the store that a link in `blobs` of a repository stands for; by the same rule, from its second link on. */
export function storedBlob(link: string): LinkTarget | undefined {
  const blobs = dirname(link);
  const repository = dirname(blobs);
  if (basename(blobs) !== "blobs" || !REPOSITORY.test(basename(repository)) || !BLOB.test(basename(link)))
    return undefined;
  return unlessSystemError(() => {
    const path = isFolder(blobs) ? sharedBlob(link, join(dirname(repository), "blobs")) : undefined;
    return path === undefined ? undefined : fileBehind(link, path);
  });
}

function fileBehind(link: string, path: string): LinkTarget | undefined {
  const stats = lstatSync(path, { bigint: true });
  // A `..` behind another link leads elsewhere than the text says, and a program that opens the link reads that.
  const isSame = realpathSync.native(link) === realpathSync.native(path);
  return stats.isFile() && isSame ? { path, stats } : undefined;
}

/** Where a blob that is a link leads, if that is a place in the store. */
function sharedBlob(blob: string, store: string): string | undefined {
  const path = resolve(dirname(blob), readlinkSync(blob));
  const hash = basename(path);
  const folder = join(store, hash.slice(0, 2));
  if (!XET_HASH.test(hash) || dirname(path) !== folder || !isFolder(store) || !isFolder(folder)) return undefined;
  const marker = join(store, STORE_MARKER.name);
  const isStore = lstatSync(marker).isFile() && STORE_MARKER.text.test(readSmallText(marker, 16) ?? "");
  return isStore ? path : undefined;
}

function isFolder(path: string): boolean {
  return lstatSync(path).isDirectory();
}

/** The repository whose snapshot the folder is, or is in: the nearest one. */
function repositoryAround(folder: string): string | undefined {
  if (!folder.includes(`${sep}snapshots${sep}`)) return undefined;
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if (hubSnapshot(path) !== undefined) return dirname(dirname(path));
  }
  return undefined;
}
