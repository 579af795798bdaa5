import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { ProvenanceError, systemCode, throwIfCancelled } from "../../errors.ts";
import { checkParts, joinParts, type ManifestFile } from "../../manifest/join-parts.ts";
import type { Serialization } from "../../manifest/manifest.ts";
import { readEarlierManifest, readManifest, writeManifest } from "../../manifest/manifest-files.ts";
import type { PartialManifest } from "../../manifest/partial-manifest.ts";
import { GIT_PATHS } from "../../model/ignore.ts";
import { type ListOptions, listForSigning, type ModelManifest, modelManifest, type SigningList } from "./digest.ts";
import { assertOutside } from "./digest-part.ts";

export interface MergeOptions {
  /** The folder, or the single file. */
  readonly model: string;
  /** Holds the manifests of all parts: its files `*.json`. */
  readonly folder: string;
  /** Where the manifest of the whole model is written; an earlier one is replaced, any other file is not. */
  readonly output: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Joins the manifests of all parts of a model, compared with its files as they are now, and writes the result. Contents
 * are not read.
 *
 * @throws ProvenanceError MANIFEST_*, MODEL_*, USAGE (the output is in the model), CANCELLED
 */
export async function mergeParts(options: MergeOptions): Promise<ModelManifest> {
  const started = performance.now();
  const model = resolve(options.model);
  const output = resolve(options.output);
  assertOutside(model, output);
  await readEarlierManifest(output);
  const parts = await readParts(options.folder, output, options.signal);
  const serialization = checkParts(parts, options.folder);
  const listed = await listForSigning(listingOf(model, serialization, options.signal));
  const manifest = joinParts(parts, serialization, listed.list, basename(model));
  const result = wholeManifest(manifest, listed, started);
  await writeManifest(output, manifest);
  return result;
}

async function readParts(folder: string, output: string, signal: AbortSignal | undefined): Promise<ManifestFile[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    const why = systemCode(cause) ?? "unknown error";
    throw new ProvenanceError("MANIFEST_UNREADABLE", `The folder ${folder} cannot be read: ${why}.`, { cause });
  });
  const parts: ManifestFile[] = [];
  for (const name of names.filter((name) => name.endsWith(".json") && !name.startsWith(".")).sort()) {
    throwIfCancelled(signal);
    const label = join(folder, name);
    if (resolve(label) !== output) parts.push({ label, manifest: await readManifest(label) });
  }
  return parts;
}

/** How a model is listed, so that the list is that of a manifest. */
export function listingOf(model: string, serialization: Serialization, signal?: AbortSignal): ListOptions {
  const { ignorePaths, allowSymlinks } = serialization;
  const ignoreGitPaths = GIT_PATHS.every((path) => ignorePaths.includes(path));
  const others = ignoreGitPaths ? ignorePaths.filter((path) => !GIT_PATHS.some((git) => git === path)) : ignorePaths;
  return { model, ignorePaths: others, ignoreGitPaths, allowSymlinks, signal };
}

/**
 * What is signed of a model whose digests are in a manifest.
 *
 * @param listing the model as it is now: its names and sizes are those of the manifest
 */
export function wholeManifest(manifest: PartialManifest, listed: SigningList, started: number): ModelManifest {
  const { files, serialization } = manifest;
  const ignorePaths = listed.list.kind === "file" ? [] : listed.ignore.map(({ path }) => path);
  const digests = files.map((file) => file.digests);
  const digested = { digests, bytesRead: 0, bytesFromCache: 0 };
  return modelManifest(listed, { ...serialization, ignorePaths }, files, digested, started);
}
