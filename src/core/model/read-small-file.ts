import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/**
 * What `use` returns of an open regular file; undefined where there is none or it cannot be read: such a file says nothing.
 *
 * @param use takes the descriptor and the size in bytes
 */
export function withRegularFile<T>(path: string, use: (file: number, size: number) => T): T | undefined {
  let file: number | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has no such flag.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    return stats.isFile() ? use(file, stats.size) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * The bytes of a regular file, or of its beginning; undefined as for {@link withRegularFile}.
 *
 * @param limit bytes
 * @param whole whether a larger file is not read at all
 */
export function readSmallFile(path: string, limit: number, whole = true): Buffer | undefined {
  return withRegularFile(path, (file, size) =>
    whole && size > limit ? undefined : readAt(file, 0, Math.min(size, limit)),
  );
}

/** Bytes of an open file; fewer where it ends before. */
export function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

/** A small file as UTF-8 text. */
export function readSmallText(path: string, limit: number): string | undefined {
  return readSmallFile(path, limit)?.toString("utf8");
}

/** A small file as JSON; undefined for what is none. */
export function readSmallJson(path: string, limit: number): unknown {
  return parseJson(readSmallText(path, limit));
}

/** The value of a text in JSON; undefined for what is none. */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
