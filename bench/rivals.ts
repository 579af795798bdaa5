import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Subject } from "./rounds.ts";
import { timed } from "./rounds.ts";

const SUBJECTS = join(import.meta.dirname, "subjects");

export function hasProgram(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

export function hasReference(python: string): boolean {
  return hasProgram(python, "-m", "model_signing", "--version");
}

/** Runs a program; its output is thrown away unless `told` wants it. */
export function run(command: string, args: readonly string[], options: { cwd?: string } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let told = "";
    let complaint = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      // Some print gigabytes; the last words are enough.
      told = (told + text).slice(-2000);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.on("error", reject);
    child.on("close", (status) =>
      status === 0 ? resolve(told) : reject(new Error(`${command} ${args.join(" ")}: status ${status}\n${complaint}`)),
    );
  });
}

/** The whole program, its start included. */
export function program(
  name: string,
  command: string,
  args: readonly string[],
  before: () => void = () => {},
): Subject {
  return {
    name,
    run: async () => {
      before();
      return timed(() => run(command, args));
    },
  };
}

/** A program that prints the seconds of its work alone, so that an interpreter's start does not count against it. */
export function selfTimed(
  name: string,
  command: string,
  args: readonly string[],
  before: () => void = () => {},
): Subject {
  return {
    name,
    run: async () => {
      before();
      return Number((await run(command, args)).trim().split("\n").at(-1));
    },
  };
}

/** The reference implementation's digests of a model, listing its files included. */
export function reference(python: string, model: string, before?: () => void): Subject {
  return selfTimed("reference", python, [join(SUBJECTS, "reference.py"), model], before);
}

/** What a script would do: walk, open, read, digest. */
export function pythonLoop(python: string, model: string, before?: () => void): Subject {
  return selfTimed("Python loop", python, [join(SUBJECTS, "plain_loop.py"), model], before);
}

/** One thread that reads and digests in turn, a MiB at a time; whole files, or shards of them. */
export function oneThread(model: string, shardSize?: number): Subject {
  const args = shardSize === undefined ? [model] : [model, String(shardSize)];
  return selfTimed("one thread", process.execPath, [join(SUBJECTS, "one-thread.ts"), ...args]);
}
