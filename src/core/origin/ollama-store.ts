import { lstatSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import * as v from "valibot";
import { ProvenanceError } from "../errors.ts";
import { enumerateModel } from "../model/enumerate.ts";
import type { ModelFile } from "../model/file-list.ts";
import { compareCodePoints } from "../model/names.ts";
import { readSmallJson } from "../model/read-small-file.ts";
import { statLine } from "../model/stat-line.ts";
import { foldersAbove } from "./folders-above.ts";
import type { ListedModel } from "./listed-model.ts";

const MAX_MANIFEST_BYTES = 1024 * 1024;
const MAX_MANIFESTS = 5000;
/** The registry that a name without a host means, and the namespace that one without a namespace means. */
const DEFAULT_HOST = "registry.ollama.ai";

const LayerSchema = v.object({
  mediaType: v.string(),
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
/** A manifest of an image (Docker's registry format, version 2, schema 2). */
const ManifestSchema = v.object({
  schemaVersion: v.literal(2),
  config: LayerSchema,
  layers: v.array(LayerSchema),
});

const MODEL_LAYER = "application/vnd.ollama.image.model";

export interface OllamaLayer {
  /** Name of its file in `blobs`. */
  readonly blob: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Whether it holds the weights. */
  readonly isModel: boolean;
}

export interface OllamaModel {
  /** `library/llama3`; with the host where it is not Ollama's own registry. */
  readonly repository: string;
  readonly tag: string;
  readonly layers: readonly OllamaLayer[];
}

/** The model of a manifest file: `manifests/HOST/NAMESPACE/NAME/TAG` of a store; undefined for any other file. */
export function readOllamaManifest(store: string, path: string): OllamaModel | undefined {
  const [host, namespace, name, tag, ...rest] = relative(join(store, "manifests"), path).split(sep);
  if (tag === undefined || rest.length > 0 || host === undefined || host === "..") return undefined;
  const parsed = v.safeParse(ManifestSchema, readSmallJson(path, MAX_MANIFEST_BYTES));
  if (!parsed.success) return undefined;
  const layers = [parsed.output.config, ...parsed.output.layers].map(({ mediaType, digest, size }): OllamaLayer => {
    return {
      blob: digest.replace(":", "-"),
      sha256: digest.slice("sha256:".length),
      size,
      isModel: mediaType === MODEL_LAYER,
    };
  });
  const repository = host === DEFAULT_HOST ? `${namespace}/${name}` : `${host}/${namespace}/${name}`;
  return { repository, tag, layers };
}

/** The store that a path lies in: the folder with `blobs` and `manifests`. */
export function ollamaStoreOf(path: string): string | undefined {
  for (const { path: folder } of foldersAbove(dirname(path))) if (isOllamaStore(folder)) return folder;
  return undefined;
}

export function isOllamaStore(folder: string): boolean {
  return isFolder(join(folder, "blobs")) && isFolder(join(folder, "manifests"));
}

/** The models of a store, in order of their manifests. */
export async function ollamaModels(store: string): Promise<OllamaModel[]> {
  try {
    const { files } = await enumerateModel(join(store, "manifests"), { ignore: [], allowSymlinks: false });
    return files.slice(0, MAX_MANIFESTS).flatMap(({ path }) => readOllamaManifest(store, path) ?? []);
  } catch (error) {
    if (error instanceof ProvenanceError) return [];
    throw error;
  }
}

/** The blobs of a manifest as the files of a model; undefined where the path is none. */
export function listOllamaManifest(path: string): ListedModel | undefined {
  if (!path.includes(`${sep}manifests${sep}`)) return undefined;
  const store = ollamaStoreOf(path);
  const model = store === undefined ? undefined : readOllamaManifest(store, path);
  if (store === undefined || model === undefined) return undefined;
  const folder = join(store, "blobs");
  const files = new Map<string, ModelFile>();
  const others = new Set<string>();
  for (const { blob } of model.layers) {
    const file = join(folder, blob);
    const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    if (stats?.isFile() === true) {
      files.set(blob, { name: blob, path: file, size: Number(stats.size), state: statLine(stats) });
    } else if (stats !== undefined) others.add(blob);
  }
  const sorted = [...files.values()].sort((a, b) => compareCodePoints(a.name, b.name));
  return { path, kind: "directory", folder, files: sorted, others: [...others] };
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Whether a file of that path is named as a blob of a store. */
export function isOllamaBlob(path: string): boolean {
  return /^sha256-[0-9a-f]{64}$/.test(basename(path)) && basename(dirname(path)) === "blobs";
}
