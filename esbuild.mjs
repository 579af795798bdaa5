// Bundles: the extension, the terminal program and the hashing process into dist/, the library into dist/library/.
// All entries of a folder share their chunks in that folder: code finds hasher.js beside itself.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const ROOT = import.meta.dirname;

const PROGRAM = { extension: "src/extension.ts", cli: "src/cli.ts", hasher: "src/hasher.ts" };

const LIBRARY = {
  sign: "src/core/sign.ts",
  verify: "src/core/verify.ts",
  digest: "src/core/digest.ts",
  inspect: "src/core/inspect.ts",
  hasher: "src/hasher.ts",
};

/** Returns the sources that went into the bundles, relative to the repository. */
export async function bundle() {
  return [...new Set([...(await bundleInto("dist", PROGRAM)), ...(await bundleInto("dist/library", LIBRARY))])].sort();
}

/**
 * @param {string} folder
 * @param {Record<string, string>} entries
 */
async function bundleInto(folder, entries) {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(ROOT, path)))),
    outdir: folder,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
    external: ["vscode"],
    // CommonJS packages require Node's own modules; an ES module has no `require` of its own.
    banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  // What an earlier build left goes last: a program that is running from this folder keeps its files until here.
  const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of readdirSync(join(ROOT, folder))) {
    if (name.endsWith(".js") && !made.has(name)) rmSync(join(ROOT, folder, name));
  }
  return Object.keys(metafile.inputs);
}
