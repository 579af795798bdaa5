import { basename } from "node:path";
import { ProvenanceError } from "../errors.ts";
import type { DigestMode, DigestOptions } from "../hashing/digest-request.ts";
import { type PoolChoice, withHashPool } from "../hashing/with-hash-pool.ts";
import { listModel } from "../origin/list-model.ts";
import { isPinnableName, type PinnedFiles, pinDigest } from "./pin-list.ts";

export interface MeasureOptions extends PoolChoice, DigestOptions {
  /** The folder, or the single file. */
  readonly model: string;
  /** Whether links of a Hugging Face cache are read through (see `hubBlob`); `allow` if absent. */
  readonly hubCacheLinks?: "allow" | "deny";
  readonly mode?: DigestMode | undefined;
}

/** The bytes of a model, as a policy pins them. */
export interface PinMeasurement {
  /** See {@link pinDigest}. */
  readonly sha256: string;
  readonly files: PinnedFiles;
  /** Names of links of a Hugging Face cache that were read through. */
  readonly hubLinks: readonly string[];
  /** Of all files. */
  readonly bytes: number;
  readonly bytesRead: number;
  readonly bytesFromCache: number;
  readonly seconds: number;
}

/**
 * Hashes all files of a model, through the links of a Hugging Face cache and no others. `.git` and `.cache/huggingface` at
 * its top are excluded.
 *
 * @throws ProvenanceError MODEL_NOT_PINNABLE, MODEL_NOT_FOUND, MODEL_UNREADABLE, MODEL_SPECIAL_FILE, MODEL_TOO_LARGE,
 *   FILE_UNREADABLE, FILE_CHANGED, HASHER_FAILED, CANCELLED
 */
export async function measurePin(options: MeasureOptions): Promise<PinMeasurement> {
  const started = performance.now();
  const { mode = "full", hubCacheLinks, signal, onProgress } = options;
  const { path, files, others } = await listModel(options.model, signal, hubCacheLinks !== "deny");
  const [other] = others;
  if (other !== undefined) {
    throw notPinnable(path, `"${other}" is a link or no regular file, or its name is not UTF-8`);
  }
  if (files.length === 0) throw notPinnable(path, "there is no file in it");
  const unpinnable = files.find(({ name }) => !isPinnableName(name));
  if (unpinnable !== undefined) {
    throw notPinnable(
      path,
      `the name ${JSON.stringify(unpinnable.name)} begins with a hyphen or contains a backslash or the end of a line`,
    );
  }
  const { digests, bytesRead, bytesFromCache } = await withHashPool(options, (pool) =>
    pool.digest({ root: path, files, algorithm: "sha256", mode }, { signal, onProgress }),
  );
  const pinned = new Map(files.map(({ name }, at) => [name, digests[at]?.[0] ?? ""]));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const hubLinks = files.filter(({ blob }) => blob !== undefined).map(({ name }) => name);
  const seconds = (performance.now() - started) / 1000;
  return { sha256: pinDigest(pinned), files: pinned, hubLinks, bytes, bytesRead, bytesFromCache, seconds };
}

function notPinnable(model: string, why: string): ProvenanceError {
  return new ProvenanceError("MODEL_NOT_PINNABLE", `The bytes of ${basename(model)} cannot be pinned: ${why}.`, {
    details: { model },
  });
}
