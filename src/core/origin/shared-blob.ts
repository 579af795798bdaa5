import { lstatSync, readlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { hubSnapshot } from "../model/hub-cache.ts";
import type { LinkTarget } from "../model/links.ts";
import { readSmallText } from "../model/read-small-file.ts";
import { foldersAbove } from "./folders-above.ts";

const XET_HASH = /^[0-9a-f]{64}$/;
/** In the folder of blobs that all repositories of a cache share (huggingface_hub 2, `utils/_shared_blobs.py`). */
const MARKER = { name: ".huggingface-shared-blobs", text: "1\n" } as const;

/** A blob that lies among those which the repositories of a cache share. */
export interface SharedBlob extends LinkTarget {
  /** Its name in `blobs` of the repository: a link. */
  readonly blob: string;
}

/**
 * Follows a link from a snapshot of a Hugging Face cache into `blobs` of the same repository, and the link there into the
 * blobs that the repositories share. For one hop, see `hubBlob`.
 *
 * @param path of the link; real but for its last name
 * @returns undefined for every other link
 * @throws the system's error
 */
export function sharedBlob(path: string): SharedBlob | undefined {
  const repository = repositoryFolder(path);
  const link = resolve(dirname(path), readlinkSync(path));
  if (repository === undefined || dirname(link) !== join(repository, "blobs")) return undefined;
  if (!lstatSync(link).isSymbolicLink()) return undefined;
  const target = resolve(dirname(link), readlinkSync(link));
  const hash = basename(target);
  const store = join(dirname(repository), "blobs");
  if (!XET_HASH.test(hash) || dirname(target) !== join(store, hash.slice(0, 2))) return undefined;
  if (readSmallText(join(store, MARKER.name), 16) !== MARKER.text) return undefined;
  const stats = lstatSync(target, { bigint: true });
  return stats.isFile() ? { path: target, stats, blob: basename(link) } : undefined;
}

function repositoryFolder(path: string): string | undefined {
  for (const { path: folder } of foldersAbove(dirname(path))) {
    if (hubSnapshot(folder) !== undefined) return dirname(dirname(folder));
  }
  return undefined;
}
