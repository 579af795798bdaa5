import fs from "node:fs";
import { systemCode } from "../errors.ts";
import { parseStatLine, statLine } from "../model/stat-line.ts";
import { FileReadError } from "./file-read-error.ts";

/**
 * Opens a file for reading, without blocking on a pipe. The file may have been replaced: `assertUnchanged` checks it.
 */
export function openSnapshot(path: string): number {
  try {
    return fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (error) {
    switch (systemCode(error)) {
      case "ENOENT":
      case "ENOTDIR":
        throw new FileReadError({ kind: "changed", change: "removed" }, error);
      case "ENXIO":
      case "EISDIR":
        throw new FileReadError({ kind: "changed", change: "not-a-file" }, error);
      default:
        throw unreadable(error, 0);
    }
  }
}

/**
 * Throws unless the open file is the regular file of the list, not written to since it was listed.
 *
 * @param state see `statLine`
 */
export function assertUnchanged(fd: number, state: string): void {
  let found: fs.BigIntStats;
  try {
    found = fs.fstatSync(fd, { bigint: true });
  } catch (error) {
    throw unreadable(error, 0);
  }
  if (!found.isFile()) throw new FileReadError({ kind: "changed", change: "not-a-file" });
  // The fast path: comparing one text is faster than parsing five numbers.
  if (statLine(found) === state) return;
  const listed = parseStatLine(state);
  // Windows gives another device number for a path than for an open file, depending on its version.
  const sameDevice = process.platform === "win32" || listed.dev === 0n || same64(listed.dev, found.dev);
  const sameInode = listed.ino === 0n || same64(listed.ino, found.ino);
  if (!sameDevice || !sameInode) throw new FileReadError({ kind: "changed", change: "replaced" });
  if (listed.size !== found.size) {
    const sizes = { listed: Number(listed.size), found: Number(found.size) };
    throw new FileReadError({ kind: "changed", change: "size", ...sizes });
  }
  if (listed.mtimeNs !== found.mtimeNs || listed.ctimeNs !== found.ctimeNs) {
    throw new FileReadError({ kind: "changed", change: "times" });
  }
}

/**
 * Reads into `buffer` from the byte `offset` of the file on, blocking; 0 at its end. A read error of a file that is no
 * longer the listed one says that it has changed.
 */
export function readBlock(fd: number, state: string, buffer: Uint8Array, offset: number): number {
  try {
    return fs.readSync(fd, buffer, 0, buffer.length, offset);
  } catch (error) {
    throw readFailed(fd, state, error, offset);
  }
}

/** The error of a read that failed at `offset` bytes, or of the change of the file that explains it. */
export function readFailed(fd: number, state: string, error: unknown, offset: number): Error {
  try {
    assertUnchanged(fd, state);
    return unreadable(error, offset);
  } catch (failure) {
    return failure instanceof Error ? failure : new Error(String(failure));
  }
}

/** Throws for a file of `listed` bytes that ended after `offset` bytes. */
export function failEndedEarly(fd: number, state: string, listed: number, offset: number): never {
  assertUnchanged(fd, state);
  throw new FileReadError({ kind: "changed", change: "shorter", listed, found: offset });
}

/** Throws unless the file ends at `size` bytes: files of procfs and FUSE may list as empty, and are not. */
export function assertEnd(fd: number, state: string, size: number): void {
  if (readBlock(fd, state, PROBE, size) > 0) {
    throw new FileReadError({ kind: "changed", change: "longer", listed: size });
  }
}

const PROBE = new Uint8Array(1);

function unreadable(error: unknown, offset: number): FileReadError {
  const system = systemCode(error);
  // An error without a code is a defect of this program.
  if (!(error instanceof Error) || system === undefined) throw error;
  return new FileReadError({ kind: "unreadable", offset, system, reason: error.message }, error);
}

/** Numbers of 64 bits that may have passed through a signed type. */
function same64(a: bigint, b: bigint): boolean {
  return a === b || BigInt.asUintN(64, a) === BigInt.asUintN(64, b);
}
