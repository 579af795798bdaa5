import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ProvenanceError, systemCode, undefinedIfRejected } from "../../errors.ts";
import { findSignatures } from "../../model/find-signatures.ts";

/**
 * The signed model that a file is in, or would be: the nearest folder around it that has a signature. Adding a file to
 * it would invalidate the signature.
 *
 * @param file existing or not; links in its path, and the file itself if it is a link, are followed
 * @returns the absolute path of the model
 */
export async function enclosingSignedModel(file: string): Promise<string | undefined> {
  for (let folder = dirname(await realPath(resolve(file))); ; folder = dirname(folder)) {
    if (await isSigned(folder)) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * @param elsewhere what to do instead, given the model: a clause that ends a sentence
 * @throws ProvenanceError USAGE where the file would be in a signed model
 */
export async function assertOutsideSignedModels(file: string, elsewhere: (model: string) => string): Promise<void> {
  const model = await enclosingSignedModel(file);
  if (model === undefined) return;
  const message = `${file} would be in the signed model ${model} and invalidate its signature: ${elsewhere(model)}.`;
  throw new ProvenanceError("USAGE", message, { details: { file, model } });
}

/** A folder that is missing or cannot be listed has no signature that could be verified. */
async function isSigned(folder: string): Promise<boolean> {
  const signatures = await findSignatures(folder).catch(undefinedIfRejected);
  return signatures !== undefined && signatures.length > 0;
}

/** Links in one path that are followed; the system itself follows no more than 40. */
const MAX_LINKS = 40;

/** The real path, also of a file that does not exist: a link may lead to a file that writing creates. */
export async function realPath(path: string, links = MAX_LINKS): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    if (dirname(path) === path || links === 0) return path;
    const folder = await realPath(dirname(path), links);
    const target = await readlink(path).catch(() => undefined);
    return target === undefined ? join(folder, basename(path)) : realPath(resolve(folder, target), links - 1);
  }
}
