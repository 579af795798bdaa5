import { basename } from "node:path";
import { type OllamaModel, ollamaModels, readOllamaModel, storeOfBlob } from "../model/ollama-store.ts";
import type { DownloadRecord, RecordReader } from "./download-record.ts";

/** The store of Ollama: a manifest names the digest of every blob of a model. The path is that of a manifest or of a blob. */
export const readOllama: RecordReader = async ({ prefix }, { path }) => {
  if (prefix !== "") return undefined;
  const store = storeOfBlob(path);
  const found = store === undefined ? readOllamaModel(path) : modelOf(store, basename(path));
  return found && recordOf(found);
};

/** Several models may share a blob: the first that names it as its weights. */
function modelOf(store: string, blob: string): OllamaModel | undefined {
  for (const model of ollamaModels(store)) {
    if (model.blobs.some(({ name, isModel }) => isModel && name === blob)) return model;
  }
  return undefined;
}

function recordOf({ repository, tag, blobs }: OllamaModel): DownloadRecord {
  const files = new Map(
    blobs.map(({ name, sha256, size }) => [name, { sha256, ...(size !== undefined && { size }) }] as const),
  );
  return { source: "ollama", repository, revision: tag, files, listsAll: true };
}
