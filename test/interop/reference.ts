import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { ensurePackages } from "../support/python-packages.ts";

const REQUIREMENTS = join(ROOT, "test", "interop", "reference-requirements.txt");
const API = join(ROOT, "test", "interop", "reference_api.py");

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
  const python = ensurePackages(REQUIREMENTS, "the reference implementation");
  if ("missing" in python) return python;
  const run = (args: readonly string[], cwd: string): ReferenceResult => {
    const done = spawnSync(python.command, args, { cwd, env: python.env, encoding: "utf8" });
    if (done.error !== undefined) throw done.error;
    return { ok: done.status === 0, text: done.stdout + done.stderr };
  };
  return {
    cli: (args, cwd) => run(["-m", "model_signing", ...args], cwd),
    api: (request, cwd) => run([API, JSON.stringify(request)], cwd),
  };
}
