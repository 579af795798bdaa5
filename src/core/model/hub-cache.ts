import { lstatSync, readlinkSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { LinkTarget } from "./links.ts";

/** Hugging Face's cache keeps each revision in `models--ORG--NAME/snapshots/REVISION`, of links into its `blobs`. */
const REPOSITORY = /^(models|datasets|spaces|kernels)--(.+)$/;
const REVISION = /^[0-9a-f]{40}$/;
/** A blob is called after its ETag: the SHA-256 of a file in Git LFS, the SHA-1 that git has for any other. */
const BLOB = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

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

/**
 * The blob that a link of a snapshot stands for: one hop, to a regular file directly in `blobs` of the same repository.
 * The content of a blob is the file; the link is how the cache stores it, and no link of the model.
 *
 * @param link absolute path of the link; its folder is a real path, no link itself
 * @returns undefined for every other link, and for what is no link
 */
export function hubBlob(link: string): LinkTarget | undefined {
  const blobs = blobsFolder(dirname(link));
  if (blobs === undefined) return undefined;
  try {
    const target = resolve(dirname(link), readlinkSync(link));
    if (dirname(target) !== blobs || !BLOB.test(basename(target)) || !lstatSync(blobs).isDirectory()) return undefined;
    const stats = lstatSync(target, { bigint: true });
    return stats.isFile() ? { path: target, stats } : undefined;
  } catch {
    return undefined;
  }
}

/** Where the nearest snapshot that the folder is, or is in, keeps its blobs. */
function blobsFolder(folder: string): string | undefined {
  if (!folder.includes(`${sep}snapshots${sep}`)) return undefined;
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if (hubSnapshot(path) !== undefined) return join(dirname(dirname(path)), "blobs");
  }
  return undefined;
}
