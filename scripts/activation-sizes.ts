import type { Metafile } from "esbuild";

/** The sources that are loaded before `activate` is called, largest first, each with its bytes in the bundle; then their sum. */
export function activationSizes({ outputs }: Metafile): string {
  const loaded = new Set(["dist/extension.js"]);
  for (const path of loaded) {
    for (const imported of outputs[path]?.imports ?? []) {
      if (imported.kind === "import-statement" && Object.hasOwn(outputs, imported.path)) loaded.add(imported.path);
    }
  }
  const sources = [...loaded].flatMap((path) => Object.entries(outputs[path]?.inputs ?? {}));
  const lines = sources
    .toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .map(([source, { bytesInOutput }]) => `${String(bytesInOutput).padStart(7)}  ${source}`);
  const bytes = [...loaded].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
  return [...lines, `${String(bytes).padStart(7)}  in ${loaded.size} files`].join("\n");
}
