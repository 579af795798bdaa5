import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

const BLOCK = 64 * 1024 * 1024;

/** A file of random bytes, that repeat after 64 MiB but for a counter. Made once. */
export function makeFile(path: string, bytes: number): string {
  if (existsSync(path) && statSync(path).size === bytes) return path;
  mkdirSync(join(path, ".."), { recursive: true });
  const block = randomBytes(Math.min(BLOCK, bytes));
  const fd = openSync(path, "w");
  try {
    for (let written = 0; written < bytes; ) {
      if (block.length >= 8) block.writeBigUInt64LE(BigInt(written), 0);
      written += writeSync(fd, block, 0, Math.min(block.length, bytes - written));
    }
    // What is not on the disk yet cannot be taken out of the page cache.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return path;
}

/** A folder of files of these sizes. */
export function makeFolder(folder: string, sizes: readonly number[]): string {
  for (const [at, size] of sizes.entries()) makeFile(join(folder, `file-${at}.bin`), size);
  return folder;
}

/** Files of 1 to 4 KiB, forty to a folder, three levels deep. Made once. */
export function makeSmallFiles(folder: string, count: number): string {
  const done = join(folder, "..", `${count}.made`);
  if (existsSync(done)) return folder;
  const content = randomBytes(64 * 1024);
  for (let at = 0; at < count; at++) {
    const below = join(folder, `part-${at % 16}`, `group-${Math.floor(at / 16) % 8}`, `set-${Math.floor(at / 5120)}`);
    if (at < 128 || at % 5120 < 128) mkdirSync(below, { recursive: true });
    const start = (at * 37) % 60_000;
    writeFileSync(join(below, `sample-${at}.txt`), content.subarray(start, start + 1024 + ((at * 769) % 3072)));
  }
  writeFileSync(done, "");
  return folder;
}

/** All regular files below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
