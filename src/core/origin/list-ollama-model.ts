import { join } from "node:path";
import type { ModelFile } from "../model/file-list.ts";
import { compareCodePoints } from "../model/names.ts";
import { readOllamaModel } from "../model/ollama-store.ts";
import { statIfReadable } from "../model/stat-if-readable.ts";
import { statLine } from "../model/stat-line.ts";
import type { ListedModel } from "./listed-model.ts";

/** The blobs of a manifest in Ollama's store as the files of a model; undefined for any other path. */
export function listOllamaModel(path: string): ListedModel | undefined {
  const model = readOllamaModel(path);
  if (model === undefined) return undefined;
  const { folder } = model;
  const files = new Map<string, ModelFile>();
  const others = new Set<string>();
  for (const { name } of model.blobs) {
    const blob = join(folder, name);
    const stats = statIfReadable(blob);
    if (stats?.isFile() === true)
      files.set(name, { name, path: blob, size: Number(stats.size), state: statLine(stats) });
    else if (stats !== undefined) others.add(name);
  }
  const sorted = [...files.values()].sort((a, b) => compareCodePoints(a.name, b.name));
  return { path, kind: "directory", folder, files: sorted, others: [...others] };
}
