import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Subject } from "./rounds.ts";
import { timed } from "./rounds.ts";

const SUBJECTS = join(import.meta.dirname, "subjects");

export function hasProgram(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** An interpreter that finds the reference implementation. */
export interface Python {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Where the interoperability tests install it. */
const CACHE = join(import.meta.dirname, "..", ".cache");

/** With the reference that the interpreter has, or that was installed for the tests; undefined: neither is there. */
export function findPython(python: string): Python | undefined {
  // A launcher before the interpreter would count against the reference.
  const output = spawnSync(python, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
  if (output.status !== 0) return undefined;
  const command = output.stdout.trim();
  const installed = existsSync(CACHE) ? readdirSync(CACHE).filter((name) => name.startsWith("reference-")) : [];
  const environments = [
    process.env,
    ...installed.map((name) => ({ ...process.env, PYTHONPATH: join(CACHE, name), PYTHONNOUSERSITE: "1" })),
  ];
  for (const env of environments) {
    if (spawnSync(command, ["-m", "model_signing", "--version"], { env, stdio: "ignore" }).status === 0) {
      return { command, env };
    }
  }
  return undefined;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Whether its output goes nowhere: one that prints gigabytes would wait for this process to take them. */
  readonly silent?: boolean;
}

/** Runs a program, and answers with the end of what it printed. */
export function run(command: string, args: readonly string[], { env, silent }: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", silent === true ? "ignore" : "pipe", "pipe"] });
    let output = "";
    let complaint = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-2000);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.on("error", reject);
    child.on("close", (status) =>
      status === 0
        ? resolve(output)
        : reject(new Error(`${command} ${args.join(" ")}: status ${status}\n${complaint}`)),
    );
  });
}

/** The whole program, its start included. */
export function program(
  name: string,
  command: string,
  args: readonly string[],
  before: () => void = () => {},
  options: RunOptions = {},
): Subject {
  return {
    name,
    run: async () => {
      before();
      return timed(() => run(command, args, options));
    },
  };
}

/** A program that prints the seconds of its work alone, so that an interpreter's start does not count against it. */
export function selfTimed(
  name: string,
  command: string,
  args: readonly string[],
  before: () => void = () => {},
  options: RunOptions = {},
): Subject {
  return {
    name,
    run: async () => {
      before();
      return Number((await run(command, args, options)).trim().split("\n").at(-1));
    },
  };
}

/** The reference implementation's digests of a model, listing its files included; nothing, where it is not here. */
export function reference(python: Python | undefined, model: string, before?: () => void): Subject[] {
  if (python === undefined) return [];
  return [selfTimed("reference", python.command, [join(SUBJECTS, "reference.py"), model], before, { env: python.env })];
}

/** The command line of the reference; nothing, where it is not here. */
export function referenceCommand(python: Python | undefined, ...args: readonly string[]): Subject[] {
  if (python === undefined) return [];
  return [program("reference", python.command, ["-m", "model_signing", ...args], undefined, { env: python.env })];
}

/** What a script would do: walk, open, read, digest. */
export function pythonLoop(python: Python, model: string, before?: () => void): Subject {
  return selfTimed("Python loop", python.command, [join(SUBJECTS, "plain_loop.py"), model], before);
}

/** One thread that reads and digests in turn, a MiB at a time; whole files, or shards of them. */
export function oneThread(model: string, shardSize?: number): Subject {
  const args = shardSize === undefined ? [model] : [model, String(shardSize)];
  return selfTimed("one thread", process.execPath, [join(SUBJECTS, "one-thread.ts"), ...args]);
}
