import { randomBytes } from "node:crypto";
import { open, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { ProvenanceError, systemCode } from "./errors.ts";
import { retryInUse } from "./model/retry-in-use.ts";
import { temporaryName } from "./model/temporary-names.ts";

/**
 * Replaces a file of this program's own as a whole: a reader sees the old content or all of the new.
 *
 * @param mode permissions; by default, only its owner can read it
 * @throws Error of the file system; the old file is unchanged then
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | Iterable<string>,
  { mode = 0o600, flush = false }: { readonly mode?: number; readonly flush?: boolean } = {},
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, content, { flag: "wx", mode, flush });
    await retryInUse(() => rename(temporary, path));
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Writes a text file so that its path holds either the old text or all of the new one. Links and permissions stay.
 *
 * @param before what the file holds; undefined where there is none
 * @throws ProvenanceError POLICY_INVALID where the file is another one by now, or cannot be written; it is as it was then
 */
export async function replaceText({
  path,
  before,
  after,
}: {
  path: string;
  before?: string | undefined;
  after: string;
}): Promise<void> {
  let isOurs = false;
  let target = path;
  try {
    // A file that is not there cannot be lost; one that appears meanwhile is not replaced.
    const real = before === undefined ? path : await realpath(path);
    if (before !== undefined) target = temporaryName(real);
    const file = await open(target, "wx", 0o644);
    isOurs = true;
    try {
      if (before !== undefined) await file.chmod((await stat(real)).mode);
      await file.writeFile(after);
      await file.sync();
    } finally {
      await file.close();
    }
    if (before === undefined) return;
    if ((await readFile(real, "utf8")) !== before) throw changed(path);
    await retryInUse(() => rename(target, real));
  } catch (cause) {
    if (isOurs) await rm(target, { force: true }).catch(() => undefined);
    if (cause instanceof ProvenanceError) throw cause;
    if (systemCode(cause) === "EEXIST") throw changed(path);
    const message = `${path} cannot be written (${systemCode(cause) ?? "unknown"}).`;
    throw new ProvenanceError("POLICY_INVALID", message, { details: { file: path }, cause });
  }
}

function changed(path: string): ProvenanceError {
  return new ProvenanceError("POLICY_INVALID", `${path} changed meanwhile and was not written. Try again.`, {
    details: { file: path },
  });
}
