import fs from "node:fs";
import { systemCode } from "../errors.ts";
import type { ListedStat } from "../model/stat-line.ts";
import type { Fault, FileChange } from "./protocol.ts";

type Trouble =
  | { readonly kind: "changed"; readonly change: FileChange; readonly listed?: number; readonly found?: number }
  | { readonly kind: "unreadable"; readonly offset: number; readonly system: string; readonly reason: string };

/** A file that could not be digested as the list has it. */
export class FileFault extends Error {
  override readonly name = "FileFault";
  readonly #trouble: Trouble;

  constructor(trouble: Trouble, cause?: unknown) {
    super(trouble.kind, { cause });
    this.#trouble = trouble;
  }

  /** As told to the client; `file` is the position in the request. */
  of(file: number): Fault {
    return { ...this.#trouble, file };
  }
}

/**
 * Opens a file for reading. What was opened is known only after `checkListed`: the name may have been given to
 * something else. A pipe that took its place cannot hold the opening thread.
 */
export function openListed(path: string): number {
  try {
    return fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (error) {
    switch (systemCode(error)) {
      case "ENOENT":
      case "ENOTDIR":
        throw new FileFault({ kind: "changed", change: "removed" }, error);
      case "ENXIO":
      case "EISDIR":
        throw new FileFault({ kind: "changed", change: "not-a-file" }, error);
      default:
        throw unreadable(error, 0);
    }
  }
}

/** Throws unless the open file is the regular file of the list, and nobody wrote to it since it was listed. */
export function checkListed(fd: number, listed: ListedStat): void {
  let found: fs.BigIntStats;
  try {
    found = fs.fstatSync(fd, { bigint: true });
  } catch (error) {
    throw unreadable(error, 0);
  }
  if (!found.isFile()) throw new FileFault({ kind: "changed", change: "not-a-file" });
  // Windows tells another device number for a path than for an open file, depending on its version.
  const sameDevice = process.platform === "win32" || listed.dev === 0n || same64(listed.dev, found.dev);
  const sameInode = listed.ino === 0n || same64(listed.ino, found.ino);
  if (!sameDevice || !sameInode) throw new FileFault({ kind: "changed", change: "replaced" });
  if (listed.size !== found.size) {
    throw new FileFault({
      kind: "changed",
      change: "size",
      listed: Number(listed.size),
      found: Number(found.size),
    });
  }
  if (listed.mtimeNs !== found.mtimeNs || listed.ctimeNs !== found.ctimeNs) {
    throw new FileFault({ kind: "changed", change: "times" });
  }
}

/**
 * Throws unless nothing follows the listed size. A file system need not know its sizes: procfs and some of FUSE list
 * files as empty that are not, and what follows the listed size would go unread.
 */
export function checkEnd(fd: number, listed: ListedStat): void {
  const size = Number(listed.size);
  if (readAt(fd, Buffer.alloc(1), 0, 1, size, listed, size) > 0) {
    throw new FileFault({ kind: "changed", change: "longer", listed: size });
  }
}

/** One read at `position`, null for the next byte; `offset` is where in the file that is, for the error. */
export function readAt(
  fd: number,
  buffer: Uint8Array,
  into: number,
  length: number,
  position: number | null,
  listed: ListedStat,
  offset: number,
): number {
  try {
    return fs.readSync(fd, buffer, into, length, position);
  } catch (error) {
    throw readFault(fd, listed, error, offset);
  }
}

/** A read that came back with nothing before the listed end. */
export function endedEarly(listed: number, found: number): FileFault {
  return new FileFault({ kind: "changed", change: "shorter", listed, found });
}

/** A read error at `offset` bytes. If the file is no longer the listed one, that is the better answer. */
export function readFault(fd: number, listed: ListedStat, error: unknown, offset: number): FileFault {
  try {
    checkListed(fd, listed);
  } catch (fault) {
    if (fault instanceof FileFault) return fault;
  }
  return unreadable(error, offset);
}

function unreadable(error: unknown, offset: number): FileFault {
  const system = systemCode(error);
  // Without a code it is no trouble of the file, but of this program.
  if (!(error instanceof Error) || system === undefined) throw error;
  return new FileFault({ kind: "unreadable", offset, system, reason: error.message }, error);
}

/** Numbers of 64 bits that may have passed through a signed type. */
function same64(a: bigint, b: bigint): boolean {
  return a === b || BigInt.asUintN(64, a) === BigInt.asUintN(64, b);
}
