import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { writeTree } from "../temporary-folder.ts";
import { sha256Of } from "./hub-files.ts";

export interface OllamaParts {
  readonly model: Uint8Array;
  readonly template: Uint8Array;
}

/**
 * Writes a store of Ollama's, by the paths of its manifests: as older versions do, or, below `manifests-v2`, as links to blobs.
 */
export function buildOllamaStore(folder: string, models: Readonly<Record<string, OllamaParts>>): void {
  const blob = (bytes: Uint8Array): string => {
    const name = `sha256-${sha256Of(bytes)}`;
    writeTree(join(folder, "blobs"), { [name]: bytes });
    return name;
  };
  const layer = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: blob(bytes).replace("-", ":"),
    size: bytes.length,
  });
  for (const [path, { model, template }] of Object.entries(models)) {
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: layer("application/vnd.docker.container.image.v1+json", Buffer.from('{"model_format":"gguf"}')),
      layers: [
        layer("application/vnd.ollama.image.model", model),
        layer("application/vnd.ollama.image.template", template),
      ],
    });
    if (!path.startsWith("manifests-v2/")) writeTree(folder, { [path]: manifest });
    else {
      const link = join(folder, path);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), join(folder, "blobs", blob(Buffer.from(manifest)))), link);
    }
  }
}
