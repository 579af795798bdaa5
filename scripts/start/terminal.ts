import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../fetch.mjs";

export interface Outcome {
  /** Exit status; 1 is "signing or verification failed". */
  readonly status: number | null;
  /** What the program printed: the report, then its messages. */
  readonly text: string;
}

/** Runs the built terminal program as a person does, from this folder. */
export function modelProvenance(cwd: string, args: readonly string[]): Outcome {
  const cli = join(ROOT, "dist", "cli.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: "utf8" });
  return { status, text: `${stdout}${stderr}`.trimEnd() };
}
