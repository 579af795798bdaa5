import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../../scripts/fetch.mjs";

/**
 * Builds a program of a Go module, once: it takes minutes and some gigabytes.
 *
 * @param module path and version: `example.org/module/cmd/program@v1.2.3`
 */
export function ensureGoProgram(module: string): { readonly path: string } | { readonly missing: string } {
  const folder = join(CACHE, "go", module.replaceAll(/[^\w.-]+/g, "-"));
  const name = module.slice(module.lastIndexOf("/") + 1, module.lastIndexOf("@"));
  const path = join(folder, process.platform === "win32" ? `${name}.exe` : name);
  if (existsSync(path)) return { path };
  console.error(`Building ${module} …`);
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder };
  const { status, stderr, error } = spawnSync("go", ["install", module], { env, encoding: "utf8" });
  if (status === 0) return { path };
  return { missing: `needs Go and its modules for ${name}: ${error === undefined ? stderr : "there is no go"}` };
}
