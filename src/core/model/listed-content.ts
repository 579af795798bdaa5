import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { ModelFile } from "./file-list.ts";
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
  let file: number | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe that took the file's place waits for a writer. Windows has no such flag.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size; ) {
      const read = readSync(file, bytes, at, size - at, at);
      if (read === 0) return undefined;
      at += read;
    }
    const found = fstatSync(file, { bigint: true });
    return found.isFile() && isListed(found, state) ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Windows gives another device number for a path than for an open file, depending on its version. */
function isListed(found: BigIntStats, state: string): boolean {
  if (process.platform !== "win32") return statLine(found) === state;
  const withoutDevice = (line: string): string => line.split(" ").toSpliced(3, 1).join(" ");
  return withoutDevice(statLine(found)) === withoutDevice(state);
}
