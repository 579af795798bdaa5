import { type BigIntStats, lstatSync } from "node:fs";
import { systemCode } from "../errors.ts";

/** What is at a path, links not followed; undefined where nothing is, or where it cannot be looked up. */
export function statIfReadable(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // A folder on the way may belong to someone else.
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
