import { join } from "node:path";
import { measure } from "../core/model/measure.ts";

export interface EntrySize {
  /** As found: a file or a folder. */
  readonly name: string;
  /** Undefined where it cannot be read. */
  readonly bytes?: number;
  /** Whether the folder holds more than was counted. */
  readonly atLeast: boolean;
}

export async function entrySize(root: string, name: string): Promise<EntrySize> {
  return { name, atLeast: false, ...(await measure(join(root, name))) };
}
