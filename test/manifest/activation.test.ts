import assert from "node:assert/strict";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { EXTERNAL } from "../../esbuild.mjs";
import { TEST_VSIX } from "../../scripts/package.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { readZip } from "../support/zip.ts";

/** Bytes of JavaScript that the editor reads before `activate` is called. */
const BUDGET = 100_000;

describe("the JavaScript that is loaded to activate the extension", () => {
  const folder = useTemporaryFolder();

  it(`is less than ${BUDGET / 1000} kB, including everything that is imported statically`, async () => {
    const files = [...readZip(TEST_VSIX)].filter(([name]) => /^extension\/dist\/[^/]+\.js$/.test(name));
    writeTree(folder(), Object.fromEntries(files));
    const dist = join(folder(), "extension", "dist");
    const { metafile } = await build({
      absWorkingDir: dist,
      entryPoints: ["extension.js"],
      bundle: true,
      write: false,
      outdir: dist,
      platform: "node",
      format: "esm",
      external: EXTERNAL,
      logLevel: "silent",
      metafile: true,
    });
    const loaded = staticallyReached("extension.js", metafile.inputs);
    const bytes = loaded.reduce((sum, path) => sum + (metafile.inputs[path]?.bytes ?? 0), 0);
    const all = Object.keys(metafile.inputs);
    assert.ok(loaded.length < all.length, "nothing is loaded later: the two kinds of imports were not distinguished");
    assert.ok(
      bytes < BUDGET,
      `${bytes} bytes in ${loaded.length} files. What is not needed before the first call is loaded by import(): see "What is loaded when" in src/README.md.`,
    );
  });
});

function staticallyReached(entry: string, inputs: Metafile["inputs"]): string[] {
  const reached = new Set([entry]);
  for (const path of reached) {
    for (const imported of inputs[path]?.imports ?? []) {
      if (imported.kind === "import-statement" && imported.external !== true) reached.add(imported.path);
    }
  }
  return [...reached];
}
