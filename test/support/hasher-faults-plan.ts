import { readFileSync } from "node:fs";
import type { EngineOptions } from "../../src/core/hashing/child-engine.ts";

/** What goes wrong once the file of this name is read up to `offset` bytes. */
export type HasherFault = { readonly file: string; readonly offset: number } & (
  | { readonly what: "error"; readonly system: string }
  /** One byte more than the file system lists. */
  | { readonly what: "longer" }
  | { readonly what: "stuck" | "throw" | "exhaust" }
  /** `mark`: a file that remembers, over all starts, that it happened. */
  | { readonly what: "append" | "touch"; readonly target: string; readonly mark: string }
  | { readonly what: "truncate"; readonly target: string; readonly to: number; readonly mark: string }
  | { readonly what: "die"; readonly times: number; readonly mark: string }
);

export interface HasherFaults {
  readonly faults?: readonly HasherFault[];
  /** File to append to: a line for each start of the process, as JSON. */
  readonly record?: string;
  /** File to append to: name and priority for each file that a thread opens. */
  readonly order?: string;
}

/** Options of an engine whose process makes these faults. */
export function withFaults(faults: HasherFaults): Pick<EngineOptions, "execArgv" | "env"> {
  const preload = new URL("hasher-faults.ts", import.meta.url).href;
  return { execArgv: ["--import", preload], env: { HASHER_FAULTS: JSON.stringify(faults) } };
}

export interface HasherStart {
  readonly pid: number;
  readonly environment: readonly string[];
  readonly execArgv: readonly string[];
}

/** The starts that `record` tells of. */
export function startsIn(record: string): HasherStart[] {
  return readLines(record).flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
}

export function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
