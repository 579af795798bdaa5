import { lstatSync, readlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { hubSnapshot } from "../model/hub-cache.ts";
import { foldersAbove } from "./folders-above.ts";
import { readSmallText } from "./read-small-file.ts";

/** The name of a blob is its entity tag. */
const BLOB = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const XET_HASH = /^[0-9a-f]{64}$/;
/** In the folder of blobs that all repositories of a cache share (huggingface_hub 2, `utils/_shared_blobs.py`). */
const SHARED_MARKER = { name: ".huggingface-shared-blobs", text: "1\n" } as const;

/** The regular file that a link of a snapshot leads to. */
export interface HubBlob {
  /** Absolute. */
  readonly path: string;
  /** Its name in `blobs`. */
  readonly blob: string;
}

/**
 * Follows a link from a snapshot of a Hugging Face cache into `blobs` of the same repository, and from there at most into
 * the blobs that the cache's repositories share.
 *
 * @param path of the link; real but for its last name
 * @returns undefined for every other link
 * @throws the system's error
 */
export function followHubLink(path: string): HubBlob | undefined {
  const repository = repositoryFolder(path);
  if (repository === undefined) return undefined;
  const target = resolve(dirname(path), readlinkSync(path));
  const blob = basename(target);
  if (dirname(target) !== join(repository, "blobs") || !BLOB.test(blob)) return undefined;
  const stats = lstatSync(target);
  if (stats.isFile()) return { path: target, blob };
  if (!stats.isSymbolicLink()) return undefined;
  const shared = resolve(dirname(target), readlinkSync(target));
  return isShared(shared, dirname(repository)) ? { path: shared, blob } : undefined;
}

function repositoryFolder(path: string): string | undefined {
  for (const { path: folder } of foldersAbove(dirname(path))) {
    if (hubSnapshot(folder) !== undefined) return dirname(dirname(folder));
  }
  return undefined;
}

function isShared(path: string, cache: string): boolean {
  const hash = basename(path);
  const store = join(cache, "blobs");
  return (
    XET_HASH.test(hash) &&
    dirname(path) === join(store, hash.slice(0, 2)) &&
    readSmallText(join(store, SHARED_MARKER.name), 16) === SHARED_MARKER.text &&
    lstatSync(path).isFile()
  );
}
