import { createHash, type Hash } from "node:crypto";
import { closeSync } from "node:fs";
import { FileReadError, readError } from "../hashing/file-read-error.ts";
import { assertUnchanged, openSnapshot, readBlock } from "../hashing/file-snapshot.ts";
import type { ModelFile } from "../model/file-list.ts";
import type { TimeSlices } from "../model/time-slices.ts";

const BLOCK_BYTES = 1024 * 1024;
/** A text with converted line ends is read whole. */
const MAX_CONVERTED_BYTES = 8 * 1024 * 1024;

/** git's digest of a file as it is: lower-case hex SHA-1 of `blob LENGTH NUL` and the bytes. */
export async function gitBlobOf(file: ModelFile, slices: TimeSlices): Promise<string> {
  const hash = blobHash(file.size);
  await readBlocks(file, slices, (block) => hash.update(block));
  return hash.digest("hex");
}

/** As {@link gitBlobOf}, of the file with LF line ends where it has CRLF; undefined for what is no such text. */
export async function gitBlobWithLf(file: ModelFile, slices: TimeSlices): Promise<string | undefined> {
  if (file.size > MAX_CONVERTED_BYTES) return undefined;
  const blocks: Buffer[] = [];
  await readBlocks(file, slices, (block) => blocks.push(Buffer.from(block)));
  const bytes = Buffer.concat(blocks);
  // As git does: what has a NUL is no text.
  if (bytes.includes(0) || !bytes.includes("\r\n")) return undefined;
  const converted = Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
  return blobHash(converted.length).update(converted).digest("hex");
}

function blobHash(size: number): Hash {
  return createHash("sha1").update(`blob ${size}\0`);
}

async function readBlocks(file: ModelFile, slices: TimeSlices, use: (block: Buffer) => void): Promise<void> {
  let fd: number | undefined;
  try {
    fd = openSnapshot(file.path);
    assertUnchanged(fd, file.state);
    const buffer = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, Math.max(1, file.size)));
    for (let offset = 0; offset < file.size; ) {
      const read = readBlock(fd, file.state, buffer, offset);
      if (read === 0) break;
      use(buffer.subarray(0, read));
      offset += read;
      if (slices.isOver()) await slices.next();
    }
    assertUnchanged(fd, file.state);
  } catch (error) {
    if (!(error instanceof FileReadError)) throw error;
    throw readError(error.failure, file);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
