import { dirname } from "node:path";
import type { DownloadRecord, RecordReader } from "./download-record.ts";
import {
  isOllamaBlob,
  isOllamaStore,
  type OllamaModel,
  ollamaModels,
  ollamaStoreOf,
  readOllamaManifest,
} from "./ollama-store.ts";

/** The store of Ollama: a manifest names the digest of every blob of a model. The path is that of a manifest or of a blob. */
export const readOllama: RecordReader = async ({ path }) => {
  if (!isOllamaBlob(path)) {
    const store = ollamaStoreOf(path);
    const model = store === undefined ? undefined : readOllamaManifest(store, path);
    return model && recordOf(model);
  }
  const store = dirname(dirname(path));
  if (!isOllamaStore(store)) return undefined;
  const models = await ollamaModels(store);
  // Several models may share a blob: the first that names it as its weights.
  const found = models.find(({ layers }) => layers.some(({ blob, isModel }) => isModel && path.endsWith(blob)));
  return found && recordOf(found);
};

function recordOf({ repository, tag, layers }: OllamaModel): DownloadRecord {
  const files = new Map(layers.map(({ blob, sha256, size }) => [blob, { sha256, size }]));
  return { source: "ollama", repository, revision: tag, files, listsAll: true };
}
