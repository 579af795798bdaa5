import { type BigIntStats, fstatSync } from "node:fs";
import type { ModelFile } from "./file-list.ts";
import { readAt, withRegularFile } from "./read-small-file.ts";
import { statLine } from "./stat-line.ts";

/**
 * The bytes of a small file as it was listed.
 *
 * @param limit bytes
 * @returns undefined where it is larger, cannot be read, or is not the file of the list any more: then its content is
 *   not known
 */
export function readListed({ path, size, state }: ModelFile, limit: number): Buffer | undefined {
  if (size > limit) return undefined;
  return withRegularFile(path, (file) => {
    const bytes = readAt(file, 0, size);
    return bytes.length === size && isListed(fstatSync(file, { bigint: true }), state) ? bytes : undefined;
  });
}

/** Windows gives another device number for a path than for an open file, depending on its version. */
function isListed(found: BigIntStats, state: string): boolean {
  if (process.platform !== "win32") return statLine(found) === state;
  const withoutDevice = (line: string): string => line.split(" ").toSpliced(3, 1).join(" ");
  return withoutDevice(statLine(found)) === withoutDevice(state);
}
