import { open, readFile, rename, rm } from "node:fs/promises";
import { ProvenanceError, systemCode } from "./errors.ts";
import { temporaryName } from "./model/temporary-names.ts";
import { retryInUse } from "./retry-in-use.ts";

/**
 * Writes a text file so that its path holds either the old text or all of the new one.
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
  before?: string;
  after: string;
}): Promise<void> {
  // A file that is not there cannot be lost; one that appears meanwhile is not replaced.
  const target = before === undefined ? path : temporaryName(path);
  let isOurs = false;
  try {
    const file = await open(target, "wx", 0o644);
    isOurs = true;
    try {
      await file.writeFile(after);
      await file.sync();
    } finally {
      await file.close();
    }
    if (before === undefined) return;
    if ((await readFile(path, "utf8")) !== before) throw changed(path);
    await retryInUse(() => rename(target, path));
  } catch (cause) {
    if (isOurs) await rm(target, { force: true }).catch(() => undefined);
    if (cause instanceof ProvenanceError) throw cause;
    if (systemCode(cause) === "EEXIST") throw changed(path);
    throw new ProvenanceError("POLICY_INVALID", `${path} cannot be written (${systemCode(cause) ?? "unknown"}).`, {
      details: { file: path },
      cause,
    });
  }
}

function changed(path: string): ProvenanceError {
  return new ProvenanceError("POLICY_INVALID", `${path} changed meanwhile and was not written. Try again.`, {
    details: { file: path },
  });
}
