import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The command line from source; what is built from it is tried by the samples' check. */
export const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** Digests that tests keep are not the user's. */
const CACHE = join(tmpdir(), "model-provenance-tests");

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Texts for further file descriptors, from 3 on. */
  readonly descriptors?: readonly string[];
}

/** Only what a shell would set, without the colours and log levels of the environment of the tests. */
function environment(more: CliOptions["env"]): NodeJS.ProcessEnv {
  const { PATH, HOME, SystemRoot, TEMP, TMP, NODE_COMPILE_CACHE } = process.env;
  const known = { PATH, HOME, SystemRoot, TEMP, TMP, NODE_COMPILE_CACHE };
  const set = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { ...set, XDG_CACHE_HOME: CACHE, ...more };
}

/** Runs `model-provenance ARGUMENTS` to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const descriptors = options.descriptors ?? [];
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: options.cwd,
    env: environment(options.env),
    stdio: ["pipe", "pipe", "pipe", ...descriptors.map(() => "pipe" as const)],
  });
  const texts: [string, string] = ["", ""];
  for (const index of [0, 1] as const) {
    const stream = child.stdio[index + 1];
    if (stream === undefined || stream === null || !("setEncoding" in stream)) throw new Error("no pipe");
    stream.setEncoding("utf8").on("data", (text: string) => {
      texts[index] += text;
    });
  }
  child.stdin?.on("error", () => {}).end(options.input ?? "");
  descriptors.forEach((text, index) => {
    const stream = child.stdio[index + 3];
    if (stream !== undefined && stream !== null && "end" in stream) stream.on("error", () => {}).end(text);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout: texts[0], stderr: texts[1] }));
  });
}
