import { link, open, readFile, rename, rm } from "node:fs/promises";
import { ProvenanceError, systemCode } from "../errors.ts";
import { retryInUse } from "../model/retry-in-use.ts";
import { temporaryName } from "../model/temporary-names.ts";
import { appearedMeanwhile, assertUnchanged, type SignatureDestination, unwritable } from "./signature-destination.ts";

/** Readable for all, within the process's umask, like the model. */
const NEW_MODE = 0o644;
/** For temporary files: the file that is replaced may be private. */
const PRIVATE_MODE = 0o600;

/**
 * Writes a signature so that its path holds either the old bytes or all of the new ones: a temporary file is written,
 * flushed, read back and checked, then renamed. A replaced file keeps its permissions, and only the file that
 * {@link inspectDestination} found is replaced.
 *
 * @throws ProvenanceError SIGNATURE_UNWRITABLE, SIGNATURE_WOULD_OVERWRITE, SIGNATURE_SELF_CHECK; the old file is as it was, and no temporary file is left
 */
export async function writeFileAtomically(
  place: SignatureDestination,
  bytes: Buffer,
  read: (path: string) => Promise<Buffer> = readFile,
): Promise<void> {
  const { path, found } = place;
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "wx", found === undefined ? NEW_MODE : PRIVATE_MODE);
    try {
      await file.writeFile(bytes);
      if (found !== undefined) await file.chmod(found.mode);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!(await read(temporary)).equals(bytes)) throw selfCheckFailed(path);
    if (await assertUnchanged(place)) await moveToFreeName(temporary, path);
    else await retryInUse(() => rename(temporary, path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause instanceof ProvenanceError ? cause : unwritable(path, cause);
  }
}

function selfCheckFailed(path: string): ProvenanceError {
  const message = `Not signed: what was read back from ${path} is not what was written. The disk may be failing. An earlier signature is unchanged.`;
  return new ProvenanceError("SIGNATURE_SELF_CHECK", message, { details: { path } });
}

/**
 * Moves a file, and does not replace one that appeared meanwhile, as a rename would.
 *
 * @throws ProvenanceError SIGNATURE_WOULD_OVERWRITE; the system's error
 */
export async function moveToFreeName(from: string, to: string, hardLink = link): Promise<void> {
  try {
    await hardLink(from, to);
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw appearedMeanwhile(to);
    // FAT and some network file systems have no hard links; each system has another error for it.
    await claimName(to);
    await retryInUse(() => rename(from, to)).catch(async (cause: unknown) => {
      await rm(to, { force: true });
      throw cause;
    });
    return;
  }
  await retryInUse(() => rm(from));
}

async function claimName(path: string): Promise<void> {
  try {
    await (await open(path, "wx", PRIVATE_MODE)).close();
  } catch (error) {
    throw systemCode(error) === "EEXIST" ? appearedMeanwhile(path) : error;
  }
}

/**
 * Checks, before the model is read, that the signature can be written.
 *
 * @throws ProvenanceError SIGNATURE_UNWRITABLE
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const probe = temporaryName(path);
    await (await open(probe, "wx", PRIVATE_MODE)).close();
    await rm(probe);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}
