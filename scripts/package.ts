import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.ts";
import { ROOT } from "./fetch.mjs";
import { tool } from "./tool.ts";

/** The VSIX that the tests install and look into. */
export const TEST_VSIX = join(ROOT, ".cache", "model-provenance.vsix");

/** Writes the VSIX of what is built. */
export function writeVsix(path: string): void {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  // The links stay as they are written: no host is named that the extension does not live on.
  const args = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", path];
  tool("@vscode/vsce", "vsce", ["package", ...args]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await build();
  const { default: manifest } = await import("../package.json", { with: { type: "json" } });
  const name = `${manifest.name}-${manifest.version}.vsix`;
  writeVsix(join(ROOT, name));
  console.log(name);
}
