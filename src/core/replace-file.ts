import { chmod, link, open, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { ProvenanceError, systemCode } from "./errors.ts";
import { retryInUse } from "./model/retry-in-use.ts";
import { temporaryName } from "./model/temporary-names.ts";

interface ReplaceOptions {
  /** Permissions; by default, only its owner can read it. */
  readonly mode?: number;
  readonly flush?: boolean;
  /** Moves the finished file to its path. */
  readonly move?: typeof moveOver;
}

/**
 * Replaces a file as a whole: a reader sees the old content or all of the new.
 *
 * @throws Error of the file system, or of `move`; the old file is unchanged then, and no temporary file is left
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | Iterable<string>,
  { mode = 0o600, flush = false, move = moveOver }: ReplaceOptions = {},
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await writeFile(temporary, content, { flag: "wx", mode, flush });
    await move(temporary, path);
  } finally {
    await retryInUse(() => rm(temporary, { force: true })).catch(() => undefined);
  }
}

/** Moves a file, and replaces one that is there. */
export function moveOver(from: string, to: string): Promise<void> {
  return retryInUse(() => rename(from, to));
}

/**
 * Gives a file another name, and does not replace one that appeared meanwhile, as a rename would. The old name may stay.
 *
 * @throws Error of the file system: EEXIST where there is a file
 */
export async function moveToFreeName(from: string, to: string, hardLink = link): Promise<void> {
  try {
    await hardLink(from, to);
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw error;
    // FAT and some network file systems have no hard links; each system has another error for it.
    await (await open(to, "wx", 0o600)).close();
    await moveOver(from, to).catch(async (cause: unknown) => {
      await rm(to, { force: true });
      throw cause;
    });
  }
}

/** A text file as it is, if there is one, and as it would be. */
export interface TextChange {
  /** Absolute. */
  readonly path: string;
  readonly before?: string | undefined;
  readonly after: string;
}

/**
 * Writes a text file so that its path holds either the old text or all of the new one. Links and permissions stay.
 *
 * @throws ProvenanceError POLICY_INVALID where the file is another one by now, or cannot be written; it is as it was then
 */
export async function replaceText({ path, before, after }: TextChange): Promise<void> {
  try {
    const real = before === undefined ? path : await realpath(path);
    const move = async (temporary: string): Promise<void> => {
      if (before === undefined) return moveToFreeName(temporary, real);
      await chmod(temporary, (await stat(real)).mode);
      if ((await readFile(real, "utf8")) !== before) throw changed(path);
      await moveOver(temporary, real);
    };
    await replaceFile(real, after, { mode: 0o644, flush: true, move });
  } catch (cause) {
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
