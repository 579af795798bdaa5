import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { CACHE } from "../../scripts/fetch.mjs";

/** Milliseconds; pip waits long for a network that is not there. */
const INSTALL_TIMEOUT = 240_000;

/** A Python with packages. */
export interface Python {
  readonly command: string;
  /** Its environment: the packages are found, and those of the user are not. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Installs packages into `.cache` once, if this machine has Python and pip and can reach packages; else says why not.
 *
 * @param requirements path of pip's list
 * @param what for messages
 */
export function ensurePackages(requirements: string, what: string): Python | { readonly missing: string } {
  const python = findPython();
  if (python === undefined) return { missing: "needs python3 (3.10 or newer) with pip" };
  const wanted = createHash("sha256").update(readFileSync(requirements)).update(python.version).digest("hex");
  const library = join(CACHE, `${basename(requirements).replace(/-requirements\.txt$/, "")}-${wanted.slice(0, 12)}`);
  if (!existsSync(library)) {
    const problem = install(python.command, requirements, library, what);
    if (problem !== undefined) return { missing: problem };
  }
  const env = { ...process.env, PYTHONPATH: library, PYTHONNOUSERSITE: "1", PYTHONUTF8: "1" };
  return { command: python.command, env };
}

function findPython(): { readonly command: string; readonly version: string } | undefined {
  for (const command of ["python3", "python"]) {
    const script = "import sys, pip; assert sys.version_info >= (3, 10); print(sys.version, sys.platform)";
    const done = spawnSync(command, ["-c", script], { encoding: "utf8" });
    if (done.status === 0) return { command, version: done.stdout };
  }
  return undefined;
}

/** Into a folder that gets its name when it is complete. Wheels only: nothing is compiled here. */
function install(python: string, requirements: string, library: string, what: string): string | undefined {
  console.error(`Installing ${what} …`);
  mkdirSync(CACHE, { recursive: true });
  const partial = mkdtempSync(`${library}-`);
  const options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary=:all:", "--retries", "1"];
  const args = ["-m", "pip", "install", ...options, "--target", partial, "--requirement", requirements];
  const done = spawnSync(python, args, { encoding: "utf8", timeout: INSTALL_TIMEOUT });
  if (done.status === 0) {
    renameSync(partial, library);
    return undefined;
  }
  rmSync(partial, { recursive: true, force: true });
  return `pip could not install ${what}: ${reasonOf(done)}`;
}

function reasonOf(done: SpawnSyncReturns<string>): string {
  const lines = (done.stderr ?? "").trim().split("\n");
  return done.error?.message ?? lines.findLast((line) => line.startsWith("ERROR")) ?? lines.at(-1) ?? "no reason given";
}
