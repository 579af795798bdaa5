import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { retryInUse } from "./retry-in-use.ts";

/**
 * Replaces a file of this program's own as a whole, readable by its owner only: a reader sees the old content or all of
 * the new.
 *
 * @throws Error of the file system; the old file is unchanged then
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, content, { flag: "wx", mode: 0o600 });
    await retryInUse(() => rename(temporary, path));
  } finally {
    await rm(temporary, { force: true });
  }
}
