import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { ProvenanceError } from "../../errors.ts";

/** A key of a plugin: `NAME://KEY`. */
export interface KmsReference {
  /** Of the plugin: `sigstore-kms-NAME`. */
  readonly name: string;
  /** What the plugin calls the key. */
  readonly key: string;
}

const PREFIX = "sigstore-kms-";
/** What Windows starts without a shell. */
const SUFFIX = process.platform === "win32" ? ".exe" : "";

/** @throws ProvenanceError KMS_REFERENCE */
export function parseKmsReference(text: string): KmsReference {
  const [, name, key] = /^([A-Za-z0-9][A-Za-z0-9_-]*):\/\/(.+)$/s.exec(text) ?? [];
  if (name !== undefined && key !== undefined && !key.includes("\0")) return { name, key };
  throw new ProvenanceError(
    "KMS_REFERENCE",
    `"${text}" does not name a key. Give NAME://KEY, where the plugin sigstore-kms-NAME has the key.`,
    { details: { reference: text } },
  );
}

/**
 * Finds the program of a plugin in the folders of `PATH` that are absolute: never in the working directory.
 *
 * @returns an absolute path
 * @throws ProvenanceError KMS_PLUGIN_NOT_FOUND
 */
export async function findPlugin(name: string, path: string | undefined): Promise<string> {
  const program = `${PREFIX}${name}${SUFFIX}`;
  for (const folder of (path ?? "").split(delimiter).filter(isAbsolute)) {
    const candidate = join(folder, program);
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return candidate;
  }
  throw new ProvenanceError(
    "KMS_PLUGIN_NOT_FOUND",
    `There is no program ${program} in the folders of PATH. Install the plugin that has keys of ${name}://.`,
    { details: { program } },
  );
}
