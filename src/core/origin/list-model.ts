import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { systemCode } from "../errors.ts";
import { enumerateModel } from "../model/enumerate.ts";
import { hubBlob } from "../model/hub-cache.ts";
import type { IgnoreRule } from "../model/ignore.ts";
import { compareCodePoints } from "../model/names.ts";
import { statLine } from "../model/stat-line.ts";
import { listOllamaModel } from "./list-ollama-model.ts";
import type { ListedFile, ListedModel } from "./listed-model.ts";
import { sharedBlob } from "./shared-blob.ts";

/** What git and the Hugging Face client keep in a model's folder for themselves. */
const NOT_LISTED: readonly IgnoreRule[] = [
  { path: ".git", source: "default" },
  { path: ".cache/huggingface", source: "default" },
];

/**
 * Lists the files of a model, through the links of a Hugging Face cache and no others.
 *
 * @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE, MODEL_SPECIAL_FILE, MODEL_TOO_LARGE, CANCELLED
 */
export async function listModel(model: string, signal?: AbortSignal): Promise<ListedModel> {
  const path = resolve(model);
  const ollama = listOllamaModel(path);
  if (ollama !== undefined) return ollama;
  const list = await enumerateModel(path, { ignore: NOT_LISTED, allowSymlinks: false, signal });
  const folder = list.kind === "directory" ? realpathSync.native(path) : realpathSync.native(dirname(path));
  const files: ListedFile[] = [...list.files];
  const others: string[] = [];
  for (const { name, reason } of list.refused) {
    const linked = reason === "symlink" ? linkedFile(join(folder, name), name) : undefined;
    if (linked === undefined) others.push(name);
    else files.push(linked);
  }
  files.sort((a, b) => compareCodePoints(a.name, b.name));
  return { path, kind: list.kind, folder, files, others };
}

/** Links into `blobs` of the same repository, and from there into the blobs that repositories share; no others. */
function linkedFile(path: string, name: string): ListedFile | undefined {
  try {
    const single = hubBlob(path);
    const target = single === undefined ? sharedBlob(path) : { ...single, blob: basename(single.path) };
    if (target === undefined) return undefined;
    const { stats, blob } = target;
    return { name, path: target.path, size: Number(stats.size), state: statLine(stats), blob };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
