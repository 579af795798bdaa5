import { basename } from "node:path";
import { hubSnapshot } from "./hub-cache.ts";

/** The name of the folder or file; in a Hugging Face cache and in Ollama's store, that of the repository. */
export function modelName({ path, name }: { readonly path: string; readonly name?: string }): string {
  return name ?? hubSnapshot(path)?.name ?? basename(path);
}
