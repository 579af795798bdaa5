import { join } from "node:path";
import { findSignatures } from "../model/find-signatures.ts";
import { readSmallText } from "../model/read-small-file.ts";
import { statIfReadable } from "../model/stat-if-readable.ts";
import { findOrigin } from "./find-origin.ts";
import type { OriginReport } from "./origin.ts";

const COMMIT = /^[0-9a-f]{40}$/;
/** A branch or tag; slashes are part of some. */
const REVISION = /^[\w.-]+(?:\/[\w.-]+)*$/;
const REPOSITORY = /^[\w.-]+(?:\/[\w.-]+)?$/;

export interface HubLookup {
  /** Absolute path of the cache: the folder with `models--ORG--NAME`. */
  readonly cache: string;
  /** `ORG/NAME`, as code names it. */
  readonly repository: string;
  /** A commit, branch or tag; `main` if absent. */
  readonly revision?: string | undefined;
}

/** A model of the Hugging Face cache as code would load it. */
export interface CachedModel {
  /** Absolute path of the snapshot. */
  readonly path: string;
  readonly commit: string;
  /** Whether there is a signature in the snapshot; it was not verified. */
  readonly signed: boolean;
  /** By names and sizes. */
  readonly origin: OriginReport;
}

/**
 * The snapshot that the Hugging Face client loads for a repository without asking the Hub: that of the commit, or of the
 * branch or tag as it was last downloaded. Uses no network.
 *
 * @returns undefined where it is not in the cache
 */
export async function lookUpHubModel({
  cache,
  repository,
  revision = "main",
}: HubLookup): Promise<CachedModel | undefined> {
  if (
    !REPOSITORY.test(repository) ||
    !REVISION.test(revision) ||
    /(?:^|\/)\.{1,2}(?:\/|$)/.test(`${repository}/${revision}`)
  ) {
    return undefined;
  }
  const folder = join(cache, `models--${repository.replace("/", "--")}`);
  const commit = COMMIT.test(revision) ? revision : (readSmallText(join(folder, "refs", revision), 64)?.trim() ?? "");
  const path = join(folder, "snapshots", commit);
  if (!COMMIT.test(commit) || statIfReadable(path)?.isDirectory() !== true) return undefined;
  const origin = await findOrigin({ model: path, checkDigests: false });
  return { path, commit, signed: (await findSignatures(path)).length > 0, origin };
}
