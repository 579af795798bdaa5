import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { ProvenanceError, systemCode } from "../errors.ts";
import { temporaryName } from "../model/temporary-names.ts";

/**
 * Writes a file so that its path holds either the old bytes or all of the new ones: a temporary file beside it,
 * flushed, read back and checked, then renamed.
 *
 * @param check throws where what was read back is not right
 * @throws ProvenanceError SIGNATURE_UNWRITABLE, and what `check` throws; the old file is as it was, and no temporary file is left
 */
export async function writeFileAtomically(
  path: string,
  bytes: Buffer,
  check: (written: Buffer) => void,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "wx", 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    check(await readFile(temporary));
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause instanceof ProvenanceError ? cause : unwritable(path, cause);
  }
}

/**
 * Fails before the long work where the file could not be written after it.
 *
 * @throws ProvenanceError SIGNATURE_UNWRITABLE
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) {
      throw new ProvenanceError("SIGNATURE_UNWRITABLE", `${path} is a folder; name a file for the signature.`, {
        details: { path },
      });
    }
    const probe = temporaryName(path);
    await (await open(probe, "wx", 0o600)).close();
    await rm(probe);
  } catch (cause) {
    throw cause instanceof ProvenanceError ? cause : unwritable(path, cause);
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EACCES: "writing there is not permitted",
  EPERM: "writing there is not permitted",
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder is not a folder",
  EFBIG: "it would be larger than is allowed here",
  EDQUOT: "the disk quota is used up",
};

function unwritable(path: string, cause: unknown): ProvenanceError {
  const code = systemCode(cause) ?? "unknown error";
  return new ProvenanceError(
    "SIGNATURE_UNWRITABLE",
    `The signature ${path} was not written: ${WHY[code] ?? code}. A signature that was there before is unchanged.`,
    { details: { path, system: code }, cause },
  );
}
