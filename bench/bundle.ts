import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundleTerminal, LATE_COMMONJS } from "../esbuild.mjs";

/** What is measured is what is shipped: bundles, with the options of the product's own. */
export interface Bundle {
  readonly pool: typeof import("../src/core/hashing/hash-pool.ts");
  readonly enumerate: typeof import("../src/core/model/enumerate.ts");
  /** Path of the terminal program. */
  readonly cli: string;
}

const ROOT = join(import.meta.dirname, "..");

export async function bundle(folder: string): Promise<Bundle> {
  const out = join(folder, "dist");
  await build({
    absWorkingDir: ROOT,
    entryPoints: {
      pool: "src/core/hashing/hash-pool.ts",
      "hash-worker": "src/core/hashing/hash-worker.ts",
      enumerate: "src/core/model/enumerate.ts",
    },
    outdir: out,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
    external: ["vscode"],
    banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    plugins: [LATE_COMMONJS],
  });
  await bundleTerminal(out);
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "version": "0.0.0" }\n');
  try {
    // The prebuilt library is no part of a bundle.
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  } catch {
    // Left by an earlier run.
  }
  const load = (name: string) => import(pathToFileURL(join(out, `${name}.js`)).href);
  return {
    pool: await load("pool"),
    enumerate: await load("enumerate"),
    cli: join(out, "cli.js"),
  };
}
