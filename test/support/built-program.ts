import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";

/**
 * A folder with the command `model-provenance` in it, the built program, and an environment that has it on the PATH and
 * keeps its files in the same folder.
 *
 * @param folder absolute
 */
export function installProgram(folder: string): Record<string, string> {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const program = join(bin, "model-provenance");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "dist", "cli.js")}' "$@"\n`);
  chmodSync(program, 0o755);
  const path = `${bin}${delimiter}${process.env["PATH"] ?? ""}`;
  return { PATH: path, HOME: folder, XDG_CACHE_HOME: join(folder, "cache"), MODEL_SIGNING_LOG_LEVEL: "INFO" };
}

/** Runs it to its end. */
export function runProgram(env: Readonly<Record<string, string>>, args: readonly string[]) {
  return spawnSync("model-provenance", args, { env, encoding: "utf8" });
}
