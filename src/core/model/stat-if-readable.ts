import { type BigIntStats, lstatSync, readdirSync } from "node:fs";
import { unlessSystemError } from "../errors.ts";

/** What is at a path, links not followed; undefined where nothing is, or where it cannot be looked up. */
export function statIfReadable(path: string): BigIntStats | undefined {
  return unlessSystemError(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

/** The names in a folder; none where it cannot be listed. */
export function namesIn(folder: string): string[] {
  return unlessSystemError(() => readdirSync(folder)) ?? [];
}
