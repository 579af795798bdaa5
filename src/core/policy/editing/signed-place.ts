import { lstat, readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ProvenanceError, systemCode } from "../../errors.ts";
import { findSignature } from "../../model/find-models.ts";

/**
 * The signed model that a file lies in, or would: the nearest folder around it that has a signature. A file more is a
 * file that nobody signed, and would make it a changed model.
 *
 * @param file whether it is there or not; links in its path, and it itself if it is one, are followed
 * @returns the absolute path of the model
 */
export async function signedModelAround(file: string): Promise<string | undefined> {
  for (let folder = dirname(await followed(resolve(file))); ; folder = dirname(folder)) {
    if (await isSigned(folder)) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * @param elsewhere what to do instead, given the model: a clause that ends a sentence
 * @throws ProvenanceError USAGE where the file would lie in a signed model
 */
export async function requireOutsideModels(file: string, elsewhere: (model: string) => string): Promise<void> {
  const model = await signedModelAround(file);
  if (model === undefined) return;
  throw new ProvenanceError(
    "USAGE",
    `${file} would lie in the signed model ${model}, which would then no longer be what was signed: ${elsewhere(model)}.`,
    { details: { file, model } },
  );
}

/** A folder that is not there yet, or cannot be listed, has no signature that anybody could check. */
async function isSigned(folder: string): Promise<boolean> {
  try {
    return (await findSignature(folder)) !== undefined;
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return false;
    throw error;
  }
}

/** Links in one path that are followed; the system itself follows no more than 40. */
const MAX_LINKS = 40;

/** The real path, of what is not there as well: a link may lead to a file that is made when it is written to. */
async function followed(path: string, links = MAX_LINKS): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    if (dirname(path) === path || links === 0) return path;
    const folder = await followed(dirname(path), links);
    const target = await linkTarget(path);
    return target === undefined ? join(folder, basename(path)) : followed(resolve(folder, target), links - 1);
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
