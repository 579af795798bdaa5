import { lstatSync, readlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { readSmallJson } from "./read-small-file.ts";
import { namesIn, statIfReadable } from "./stat-if-readable.ts";

/** A manifest is `ROOT/HOST/NAMESPACE/NAME/TAG` of a store: a link to a blob in the first folder, a file in the second. */
const ROOTS = ["manifests-v2", "manifests"] as const;
const BLOBS = "blobs";
const MAX_MANIFEST_BYTES = 1024 * 1024;
/** The registry that a name without a host means, by both of its names. */
const DEFAULT_HOSTS: ReadonlySet<string> = new Set(["registry.ollama.ai", "ollama.com"]);
const MODEL_LAYER = "application/vnd.ollama.image.model";

const LayerSchema = v.object({
  mediaType: v.optional(v.string()),
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
/** Docker's manifest of an image, version 2, schema 2. */
const ManifestSchema = v.object({
  schemaVersion: v.literal(2),
  config: LayerSchema,
  layers: v.array(LayerSchema),
});

/** A blob that a manifest names. */
export interface OllamaBlob {
  /** Of its file in `blobs`. */
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes; unknown of the manifest's own. */
  readonly size?: number;
  /** Whether it holds the weights. */
  readonly isModel: boolean;
}

/** A model in Ollama's store, as its manifest has it (Ollama, `manifest/manifest.go` and `paths.go`). */
export interface OllamaModel {
  /** Absolute path of the folder with the blobs of all models. */
  readonly folder: string;
  /** `library/llama3`; with the host where it is not Ollama's own registry. */
  readonly repository: string;
  readonly tag: string;
  readonly blobs: readonly OllamaBlob[];
}

/**
 * The model of a manifest in Ollama's store; undefined for any other path, and for a manifest of a form or version that is
 * not understood.
 *
 * @param path absolute
 */
export function readOllamaModel(path: string): OllamaModel | undefined {
  const folder = dirname(path);
  const store = storeOf(folder);
  const own = store === undefined ? undefined : manifestBlob(path, store);
  if (store === undefined || own === "foreign") return undefined;
  const parsed = v.safeParse(ManifestSchema, readSmallJson(path, MAX_MANIFEST_BYTES));
  if (!parsed.success) return undefined;
  const { config, layers } = parsed.output;
  const [host = "", namespace = ""] = [dirname(dirname(folder)), dirname(folder)].map((above) => basename(above));
  const name = `${namespace}/${basename(folder)}`;
  const blobs = [config, ...layers].map(({ mediaType, digest, size }) => ({
    ...blobOf(digest.slice("sha256:".length), mediaType === MODEL_LAYER),
    size,
  }));
  return {
    folder: join(store, BLOBS),
    repository: DEFAULT_HOSTS.has(host) ? name : `${host}/${name}`,
    tag: basename(path),
    blobs: own === undefined ? blobs : [own, ...blobs],
  };
}

/** Whether a folder is `ROOT/HOST/NAMESPACE/NAME` of a store: the files in it are manifests. */
export function isOllamaManifestFolder(folder: string): boolean {
  return storeOf(folder) !== undefined;
}

/**
 * The store that a blob lies in, by its path.
 *
 * @returns undefined for another file
 */
export function storeOfBlob(path: string): string | undefined {
  const folder = dirname(path);
  const store = dirname(folder);
  return isBlobName(basename(path)) && basename(folder) === BLOBS && isStore(store) ? store : undefined;
}

/** The models of a store, in the order of their manifests. */
export function* ollamaModels(store: string): Generator<OllamaModel> {
  for (const root of ROOTS) {
    let paths = [join(store, root)];
    for (let level = 0; level < 4; level++) paths = paths.flatMap(entries);
    for (const path of paths) {
      const model = readOllamaModel(path);
      if (model !== undefined) yield model;
    }
  }
}

/** Of a folder `ROOT/HOST/NAMESPACE/NAME`. */
function storeOf(folder: string): string | undefined {
  const root = dirname(dirname(dirname(folder)));
  const isRoot = ROOTS.some((name) => name === basename(root));
  return isRoot && isStore(dirname(root)) ? dirname(root) : undefined;
}

function isStore(folder: string): boolean {
  return isFolder(join(folder, BLOBS)) && ROOTS.some((name) => isFolder(join(folder, name)));
}

/** The blob that a manifest is a link to. A link to anything else is foreign; a file has none. */
function manifestBlob(path: string, store: string): OllamaBlob | "foreign" | undefined {
  try {
    const stats = lstatSync(path);
    if (!stats.isSymbolicLink()) return stats.isFile() ? undefined : "foreign";
    const target = resolve(dirname(path), readlinkSync(path));
    const isBlob = isBlobName(basename(target)) && dirname(target) === join(store, BLOBS);
    return isBlob && lstatSync(target).isFile() ? blobOf(basename(target).slice("sha256-".length), false) : "foreign";
  } catch {
    return "foreign";
  }
}

function blobOf(sha256: string, isModel: boolean): OllamaBlob {
  return { name: `sha256-${sha256}`, sha256, isModel };
}

function isBlobName(name: string): boolean {
  return /^sha256-[0-9a-f]{64}$/.test(name);
}

function isFolder(path: string): boolean {
  return statIfReadable(path)?.isDirectory() === true;
}

/** Absolute paths, sorted. */
function entries(folder: string): string[] {
  return namesIn(folder)
    .sort()
    .map((name) => join(folder, name));
}
