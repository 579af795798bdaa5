import { globSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { HOST_TESTS } from "../test/support/host-tests.ts";
import { ROOT } from "./fetch.mjs";

/** Bundles every file of test/host for the extension host (CommonJS, Node 22); returns the suites, absolute paths. */
export async function bundleHostTests(): Promise<string[]> {
  const sources = globSync(["test/host/index.ts", "test/host/**/*.test.ts"], { cwd: ROOT });
  await build({
    absWorkingDir: ROOT,
    entryPoints: sources,
    outbase: "test/host",
    outdir: HOST_TESTS,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    // Suites share the one mocha, and take the packages from node_modules as any other code.
    packages: "external",
    external: ["vscode"],
    sourcemap: "inline",
    logLevel: "warning",
    // The core finds its worker by `import.meta`; a suite that uses the core hashes on its own thread.
    logOverride: { "empty-import-meta": "silent" },
  });
  return sources
    .filter((source) => source.endsWith(".test.ts"))
    .sort()
    .map((source) => join(HOST_TESTS, source.slice("test/host/".length).replace(/\.ts$/, ".cjs")));
}
