import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/**
 * The bytes of a regular file, or of its beginning; undefined where there is none or it cannot be read: such a file says
 * nothing.
 *
 * @param limit bytes
 * @param whole whether a larger file is not read at all
 */
export function readSmallFile(path: string, limit: number, whole = true): Buffer | undefined {
  let file: number | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has no such flag.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    if (!stats.isFile() || (whole && stats.size > limit)) return undefined;
    const bytes = Buffer.allocUnsafe(Math.min(stats.size, limit));
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A small file as UTF-8 text. */
export function readSmallText(path: string, limit: number): string | undefined {
  return readSmallFile(path, limit)?.toString("utf8");
}

/** A small file as JSON; undefined for what is none. */
export function readSmallJson(path: string, limit: number): unknown {
  const text = readSmallText(path, limit);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
