import { basename } from "node:path";
import { readSignatureFile } from "../core/bundle/read-bundle.ts";
import { compareManifests } from "../core/manifest/compare-manifests.ts";
import type { Comparison } from "../core/manifest/comparison.ts";
import type { Serialization } from "../core/manifest/manifest.ts";
import { buildManifest } from "../core/operations/digest/digest.ts";
import { inspectParts } from "../core/operations/inspect.ts";
import type { Coverage } from "../core/verdict.ts";
import type { CallContext } from "./handlers.ts";

export interface ResigningOptions {
  readonly model: string;
  readonly signature: string;
  /** Of the authentic statement in the signature. */
  readonly rootDigest: string | undefined;
}

/** How a new signature would differ from the existing one. */
export interface ResigningPreview {
  readonly comparison: Comparison;
  readonly coverage: Coverage;
  readonly before: Serialization;
  readonly after: Serialization;
}

/**
 * Digests the model as if to sign it. Unchanged files are not read.
 *
 * @returns undefined if the signature file no longer has this root digest
 * @throws ProvenanceError SIGNATURE_*, MODEL_*, FILE_*, CANCELLED
 */
export async function previewResigning(
  { model, signature, rootDigest }: ResigningOptions,
  { pool, signal, onProgress }: Pick<CallContext, "pool" | "signal" | "onProgress">,
): Promise<ResigningPreview | undefined> {
  const { statement } = inspectParts(await readSignatureFile(signature), basename(signature));
  if (statement === undefined || statement.rootDigest !== rootDigest) return undefined;
  const before = statement.manifest.serialization;
  const { manifest, coverage } = await buildManifest({
    model,
    signature,
    algorithm: before.algorithm,
    ...(before.shardSize !== undefined && { shardSize: before.shardSize }),
    mode: "cached",
    pool,
    signal,
    onProgress,
  });
  const { allowSymlinks, ignorePaths } = manifest.serialization;
  return {
    comparison: compareManifests(statement.manifest, manifest),
    coverage,
    before,
    // As Sign Model writes it, whatever the existing signature has.
    after: { method: "files", algorithm: "sha256", allowSymlinks, ignorePaths },
  };
}
