import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { enumerateModel } from "../model/enumerate.ts";
import type { IgnoreRule } from "../model/ignore.ts";
import { listOllamaModel } from "./list-ollama-model.ts";
import type { ListedModel } from "./listed-model.ts";

/** What git and the Hugging Face client keep in a model's folder for themselves. */
const NOT_LISTED: readonly IgnoreRule[] = [
  { path: ".git", source: "default" },
  { path: ".cache/huggingface", source: "default" },
];

/**
 * Lists the files of a model, through the links of a Hugging Face cache (see `hubBlob`) and no others.
 *
 * @param hubCacheLinks whether they are read through; if not, they are among the entries whose content is not read
 * @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE, MODEL_SPECIAL_FILE, MODEL_TOO_LARGE, CANCELLED
 */
export async function listModel(model: string, signal?: AbortSignal, hubCacheLinks = true): Promise<ListedModel> {
  const path = resolve(model);
  const ollama = listOllamaModel(path);
  if (ollama !== undefined) return ollama;
  const list = await enumerateModel(path, { ignore: NOT_LISTED, allowSymlinks: false, hubCacheLinks, signal });
  const folder = list.kind === "directory" ? realpathSync.native(path) : realpathSync.native(dirname(path));
  return { path, kind: list.kind, folder, files: list.files, others: list.refused.map(({ name }) => name) };
}
