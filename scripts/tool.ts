import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./fetch.mjs";

/** The script that a package's program of that name starts with. */
export function toolPath(packageName: string, program: string): string {
  const manifest = join(ROOT, "node_modules", packageName, "package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  return join(dirname(manifest), typeof bin === "string" ? bin : bin[program]);
}

/** Runs a package's program under this Node; throws with what it said where it fails. */
export function tool(packageName: string, program: string, args: readonly string[], cwd: string = ROOT): string {
  const result = spawnSync(process.execPath, [toolPath(packageName, program), ...args], { cwd, encoding: "utf8" });
  if (result.status === 0) return result.stdout;
  throw new Error(`${program} ${args.join(" ")} failed\n${result.error?.message ?? result.stdout + result.stderr}`);
}
