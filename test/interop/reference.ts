import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE, ROOT } from "../../scripts/fetch.mjs";

const REQUIREMENTS = join(ROOT, "test", "interop", "reference-requirements.txt");
const API = join(ROOT, "test", "interop", "reference_api.py");
/** Milliseconds; pip waits long for a network that is not there. */
const INSTALL_TIMEOUT = 240_000;

/** What one run of the reference said. */
export interface ReferenceResult {
  readonly ok: boolean;
  /** Everything it wrote. */
  readonly text: string;
}

/** The reference implementation of OMS, in Python. */
export interface Reference {
  /** Its command line: `sign`, `key`, … */
  cli(args: readonly string[], cwd: string): ReferenceResult;
  /** Its library, which can do more than its command line. */
  api(request: ApiRequest, cwd: string): ReferenceResult;
}

export type ApiRequest =
  | { readonly action: "verify"; readonly model: string; readonly signature: string; readonly key: string }
  | {
      readonly action: "sign";
      readonly model: string;
      readonly signature: string;
      readonly key: string;
      readonly algorithm: "sha256" | "blake2" | "blake3";
      readonly shardSize?: number;
    };

/** Installs the reference into `.cache` once, if this machine has Python and pip and can reach packages; else tells why not. */
export function ensureReference(): Reference | { readonly missing: string } {
  const python = findPython();
  if (python === undefined) return { missing: "needs python3 (3.10 or newer) with pip" };
  const wanted = createHash("sha256").update(readFileSync(REQUIREMENTS)).update(python.version).digest("hex");
  const library = join(CACHE, `reference-${wanted.slice(0, 12)}`);
  if (!existsSync(library)) {
    const trouble = install(python.command, library);
    if (trouble !== undefined) return { missing: trouble };
  }
  const run = (args: readonly string[], cwd: string): ReferenceResult => {
    const env = { ...process.env, PYTHONPATH: library, PYTHONNOUSERSITE: "1", PYTHONUTF8: "1" };
    const done = spawnSync(python.command, args, { cwd, env, encoding: "utf8" });
    if (done.error !== undefined) throw done.error;
    return { ok: done.status === 0, text: done.stdout + done.stderr };
  };
  return {
    cli: (args, cwd) => run(["-m", "model_signing", ...args], cwd),
    api: (request, cwd) => run([API, JSON.stringify(request)], cwd),
  };
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
function install(python: string, library: string): string | undefined {
  console.error("Installing the reference implementation …");
  mkdirSync(CACHE, { recursive: true });
  const partial = mkdtempSync(`${library}-`);
  const options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary=:all:", "--retries", "1"];
  const args = ["-m", "pip", "install", ...options, "--target", partial, "--requirement", REQUIREMENTS];
  const done = spawnSync(python, args, { encoding: "utf8", timeout: INSTALL_TIMEOUT });
  if (done.status === 0) {
    renameSync(partial, library);
    return undefined;
  }
  rmSync(partial, { recursive: true, force: true });
  return `pip could not install the reference: ${reasonOf(done)}`;
}

function reasonOf(done: SpawnSyncReturns<string>): string {
  const lines = (done.stderr ?? "").trim().split("\n");
  return done.error?.message ?? lines.findLast((line) => line.startsWith("ERROR")) ?? lines.at(-1) ?? "no reason given";
}
