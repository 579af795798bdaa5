import fs from "node:fs";
import type { ListedStat } from "../model/stat-line.ts";
import { checkListed, endedEarly, readFault } from "./listed-file.ts";

/** Bytes of one read, and how many there are, the one that is being digested included. */
const READ_BYTES = 1024 * 1024;
const READS = 6;

interface PendingRead {
  readonly buffer: Buffer;
  readonly bytes: Promise<number | Error>;
}

/** Reads ahead while the caller digests, so that the slower of the two sets the pace, and not their sum. */
export class OverlappedReader {
  #spare: Buffer[] = [];

  /**
   * Hands `[position, end)` to `take` in order, until that answers false: then what was read ahead is still handed over,
   * and no more is read. Comes back or throws only when no read is under way.
   */
  async read(
    fd: number,
    position: number,
    end: number,
    take: (bytes: Uint8Array) => boolean,
    listed: ListedStat,
  ): Promise<void> {
    let next = position;
    let wanted = true;
    const pending: PendingRead[] = [];
    const launch = (): void => {
      while (wanted && next < end && pending.length < READS) {
        const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES);
        const length = Math.min(READ_BYTES, end - next);
        pending.push({ buffer, bytes: readFully(fd, buffer, length, next, listed) });
        next += length;
      }
    };
    let fault: unknown;
    launch();
    for (let read = pending.shift(); read !== undefined; read = pending.shift()) {
      const bytes = await read.bytes;
      try {
        if (bytes instanceof Error) throw bytes;
        if (fault === undefined) wanted = take(read.buffer.subarray(0, bytes)) && wanted;
      } catch (error) {
        fault ??= error;
        wanted = false;
      }
      this.#spare.push(read.buffer);
      launch();
    }
    if (fault !== undefined) throw fault;
  }
}

/** Answers with the error: a rejection that nobody awaits yet would end the process. */
async function readFully(
  fd: number,
  buffer: Buffer,
  length: number,
  position: number,
  listed: ListedStat,
): Promise<number | Error> {
  let filled = 0;
  try {
    while (filled < length) {
      const at = position + filled;
      const got = await readOnce(fd, buffer, filled, length - filled, at).catch((error: unknown) => {
        throw readFault(fd, listed, error, at);
      });
      if (got === 0) {
        checkListed(fd, listed);
        throw endedEarly(Number(listed.size), at);
      }
      filled += got;
    }
    return filled;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function readOnce(fd: number, buffer: Buffer, into: number, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, into, length, position, (error, got) => (error === null ? resolve(got) : reject(error)));
  });
}
