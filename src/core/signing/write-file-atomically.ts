import { chmod, open, readFile, rm } from "node:fs/promises";
import { ProvenanceError, systemCode } from "../errors.ts";
import { temporaryName } from "../model/temporary-names.ts";
import { moveOver, moveToFreeName, replaceFile } from "../replace-file.ts";
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
  const move = async (temporary: string): Promise<void> => {
    if (found !== undefined) await chmod(temporary, found.mode);
    if (!(await read(temporary)).equals(bytes)) throw selfCheckFailed(path);
    const isFree = await assertUnchanged(place);
    await (isFree ? moveToFreeName : moveOver)(temporary, path);
  };
  try {
    await replaceFile(path, bytes, { mode: found === undefined ? NEW_MODE : PRIVATE_MODE, flush: true, move });
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") throw appearedMeanwhile(path);
    throw cause instanceof ProvenanceError ? cause : unwritable(path, cause);
  }
}

function selfCheckFailed(path: string): ProvenanceError {
  const message = `Not signed: what was read back from ${path} is not what was written. The disk may be failing. An earlier signature is unchanged.`;
  return new ProvenanceError("SIGNATURE_SELF_CHECK", message, { details: { path } });
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
