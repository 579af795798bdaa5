import { readFileSync } from "node:fs";
import type { PoolOptions } from "../../src/core/hashing/hash-pool.ts";

/** What goes wrong once the file of this name is read up to `offset` bytes. */
export type HashFault = { readonly file: string; readonly offset: number } & (
  | { readonly what: "error"; readonly system: string }
  /** One byte more than the file system lists. */
  | { readonly what: "longer" }
  | { readonly what: "stuck" | "throw" | "exit" | "exhaust" }
  /** `mark`: a file that remembers, over all threads, that it happened. */
  | { readonly what: "append" | "touch"; readonly target: string; readonly mark: string }
  | { readonly what: "truncate"; readonly target: string; readonly to: number; readonly mark: string }
);

export interface HashFaults {
  readonly faults?: readonly HashFault[];
  /** File to append to: a line for each thread that starts, and one for each read that gets stuck. */
  readonly record?: string;
  /** File to append to: the name of each file that a thread opens. */
  readonly order?: string;
}

/** Options of a pool whose threads make these faults. */
export function withFaults(faults: HashFaults): Required<Pick<PoolOptions, "threads">> {
  const preload = new URL("hash-faults.ts", import.meta.url).href;
  return {
    threads: { execArgv: ["--import", preload], env: { ...process.env, HASH_FAULTS: JSON.stringify(faults) } },
  };
}

/** How many threads started, by `record`. */
export function startsIn(record: string): number {
  return readLines(record).filter((line) => line === "start").length;
}

export function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
