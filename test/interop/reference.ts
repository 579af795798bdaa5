import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { ensurePackages } from "../support/python-packages.ts";
import { ReferenceLibrary } from "./reference-library.ts";

/** Exact versions of all that is installed: the reference, and its extra for PKCS #11. */
const REQUIREMENTS = join(ROOT, "test", "interop", "reference-requirements.txt");
const EXTRA = join(ROOT, "test", "interop", "pkcs11-requirements.txt");

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
 * Installs the reference into `.cache` once, if this machine has Python and pip and can reach packages; else says why not.
 *
 * @param extra what its PyPI package has as an extra, too
 */
export function ensureReference(extra?: "pkcs11"): Reference | { readonly missing: string } {
  const python = ensurePackages(REQUIREMENTS, "the reference implementation");
  if ("missing" in python) return python;
  const more = extra === undefined ? undefined : ensurePackages(EXTRA, "the reference implementation's PKCS #11 part");
  if (more !== undefined && "missing" in more) return more;
  const libraries = [python, ...(more === undefined ? [] : [more])].map(({ env }) => env["PYTHONPATH"]);
  const env: NodeJS.ProcessEnv = {
    ...python.env,
    PYTHONPATH: libraries.join(delimiter),
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
