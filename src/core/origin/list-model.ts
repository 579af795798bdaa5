import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { enumerateModel } from "../model/enumerate.ts";
import type { ModelFile } from "../model/file-list.ts";
import type { IgnoreRule } from "../model/ignore.ts";
import { compareCodePoints } from "../model/names.ts";
import { type OllamaModel, readOllamaModel } from "../model/ollama-store.ts";
import { statIfReadable } from "../model/stat-if-readable.ts";
import { statLine } from "../model/stat-line.ts";

/** A model as its records are compared with it. */
export interface ListedModel {
  /** Absolute path as given. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Real path of the folder that names are relative to: the model itself, or the folder of a single file. */
  readonly folder: string;
  /** In code-point order. */
  readonly files: readonly ModelFile[];
  /** Entries that are neither regular files nor links of a Hugging Face cache: their content is not read. */
  readonly others: readonly string[];
}

/** What git and the Hugging Face client keep in a model's folder for themselves. */
const NOT_LISTED: readonly IgnoreRule[] = [
  { path: ".git", source: "default" },
  { path: ".cache/huggingface", source: "default" },
];

/**
 * Lists the files of a model, through the links of a Hugging Face cache (see `hubBlob`) and no others; of a manifest in
 * Ollama's store, its blobs.
 *
 * @param hubCacheLinks whether they are read through; if not, they are among the entries whose content is not read
 * @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE, MODEL_SPECIAL_FILE, MODEL_TOO_LARGE, CANCELLED
 */
export async function listModel(model: string, signal?: AbortSignal, hubCacheLinks = true): Promise<ListedModel> {
  const path = resolve(model);
  const ollama = readOllamaModel(path);
  if (ollama !== undefined) return { path, kind: "directory", folder: ollama.folder, ...listBlobs(ollama) };
  const list = await enumerateModel(path, { ignore: NOT_LISTED, allowSymlinks: false, hubCacheLinks, signal });
  const folder = list.kind === "directory" ? realpathSync.native(path) : realpathSync.native(dirname(path));
  return { path, kind: list.kind, folder, files: list.files, others: list.refused.map(({ name }) => name) };
}

function listBlobs({ folder, blobs }: OllamaModel): Pick<ListedModel, "files" | "others"> {
  const files: ModelFile[] = [];
  const others: string[] = [];
  for (const name of [...new Set(blobs.map((blob) => blob.name))].sort(compareCodePoints)) {
    const path = join(folder, name);
    const stats = statIfReadable(path);
    if (stats?.isFile() === true) files.push({ name, path, size: Number(stats.size), state: statLine(stats) });
    else if (stats !== undefined) others.push(name);
  }
  return { files, others };
}
