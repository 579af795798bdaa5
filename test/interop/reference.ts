import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CACHE, ROOT } from "../../scripts/fetch.mjs";
import { ReferenceLibrary } from "./reference-library.ts";

/** Exact versions of all that is installed: the reference, and its extra for PKCS #11. */
const REQUIREMENTS = {
  reference: join(ROOT, "test", "interop", "reference-requirements.txt"),
  pkcs11: join(ROOT, "test", "interop", "pkcs11-requirements.txt"),
};
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
  /** Its library, which can do more than its command line, and needs no start for each call. */
  readonly library: ReferenceLibrary;
}

/**
 * Installs the reference into `.cache` once, if this machine has Python and pip and can reach packages; else tells why not.
 *
 * @param extra what its PyPI package has as an extra, too
 */
export function ensureReference(extra?: "pkcs11"): Reference | { readonly missing: string } {
  const python = findPython();
  if (python === undefined) return { missing: "needs python3 (3.10 or newer) with pip" };
  const libraries: string[] = [];
  for (const [name, requirements] of Object.entries(REQUIREMENTS)) {
    if (name !== "reference" && name !== extra) continue;
    const wanted = createHash("sha256").update(readFileSync(requirements)).update(python.version).digest("hex");
    const library = join(CACHE, `${name}-${wanted.slice(0, 12)}`);
    const trouble = existsSync(library) ? undefined : install(python.command, requirements, library);
    if (trouble !== undefined) return { missing: trouble };
    libraries.push(library);
  }
  const env = {
    ...process.env,
    PYTHONPATH: libraries.join(delimiter),
    PYTHONNOUSERSITE: "1",
    PYTHONUTF8: "1",
  };
  return {
    cli(args, cwd) {
      // SOFTHSM2_CONF is set while a test runs.
      const { SOFTHSM2_CONF = "" } = process.env;
      const done = spawnSync(python.command, ["-m", "model_signing", ...args], {
        cwd,
        env: { ...env, SOFTHSM2_CONF },
        encoding: "utf8",
      });
      if (done.error !== undefined) throw done.error;
      return { ok: done.status === 0, text: done.stdout + done.stderr };
    },
    library: new ReferenceLibrary(python.command, env),
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
function install(python: string, requirements: string, library: string): string | undefined {
  console.error("Installing the reference implementation …");
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
  return `pip could not install the reference: ${reasonOf(done)}`;
}

function reasonOf(done: SpawnSyncReturns<string>): string {
  const lines = (done.stderr ?? "").trim().split("\n");
  return done.error?.message ?? lines.findLast((line) => line.startsWith("ERROR")) ?? lines.at(-1) ?? "no reason given";
}
