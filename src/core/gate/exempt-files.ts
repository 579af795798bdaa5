import { parseBundle } from "../bundle/parse-bundle.ts";
import { readLines, readSignatureFile } from "../bundle/read-bundle.ts";
import { ProvenanceError } from "../errors.ts";
import { entryPath } from "../model/list-folder.ts";
import { isModelFile, isSkillFile } from "../model/model-files.ts";
import { lockFileOf } from "../pins/lock-file.ts";

const EXEMPT_BEGINNINGS = ["README", "LICENSE", "NOTICE", "CHANGELOG"] as const;
const EXEMPT_NAMES: ReadonlySet<string> = new Set([".gitignore", ".gitattributes"]);

/** Whether every policy demands that the file is signed: a known model format, or instructions for an agent. */
export function isKnownFormat(name: string): boolean {
  return isModelFile(name) || isSkillFile(name);
}

/**
 * Whether a regular file of that name needs no signature, for every policy. A known format is never exempt:
 * `README.pkl` is loaded like any other pickle.
 */
export function isExemptName(name: string): boolean {
  if (isKnownFormat(name)) return false;
  return EXEMPT_NAMES.has(name) || EXEMPT_BEGINNINGS.some((beginning) => name.startsWith(beginning));
}

/** Absolute paths that are exempt: policy files, and the lock file of each. */
export function exemptPaths(policyFiles: readonly string[]): ReadonlySet<string> {
  return new Set(policyFiles.flatMap((path) => [path, lockFileOf(path)]));
}

/** The names of files that are OMS signatures by their content: a pickle called `weights.sig` is not. */
export async function signatureFiles(folder: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const name of names) {
    try {
      const lines = readLines(await readSignatureFile(entryPath(folder, name)), name);
      for (const { bytes } of lines) parseBundle(bytes, name);
      found.add(name);
    } catch (error) {
      if (!(error instanceof ProvenanceError)) throw error;
    }
  }
  return found;
}
