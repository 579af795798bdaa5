import { join } from "node:path";
import { writeTree } from "../temporary-folder.ts";
import { sha256Of } from "./hub-files.ts";

export interface OllamaParts {
  readonly model: Uint8Array;
  readonly template: Uint8Array;
}

/** Writes a store of Ollama's, by the paths of its manifests. */
export function buildOllamaStore(folder: string, models: Readonly<Record<string, OllamaParts>>): void {
  const layer = (mediaType: string, bytes: Uint8Array) => {
    const hex = sha256Of(bytes);
    writeTree(join(folder, "blobs"), { [`sha256-${hex}`]: bytes });
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  for (const [path, { model, template }] of Object.entries(models)) {
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: layer("application/vnd.docker.container.image.v1+json", Buffer.from('{"model_format":"gguf"}')),
      layers: [
        layer("application/vnd.ollama.image.model", model),
        layer("application/vnd.ollama.image.template", template),
      ],
    };
    writeTree(folder, { [path]: JSON.stringify(manifest) });
  }
}
