import { access, constants } from "node:fs/promises";
import nodePath from "node:path";
import { ProvenanceError } from "../../errors.ts";

/** A key of a plugin: `NAME://KEY`. */
export interface KmsReference {
  /** Of the plugin: `sigstore-kms-NAME`. */
  readonly name: string;
  /** What the plugin calls the key. */
  readonly key: string;
}

const PREFIX = "sigstore-kms-";

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
 * Where the program of a plugin may be: in the folders of `PATH` that are absolute, never in the working directory. Windows
 * starts only `.exe` without a shell, whatever `PATHEXT` names, and may have quotes around a folder.
 *
 * @returns absolute paths
 */
export function pluginCandidates(name: string, path: string, platform: NodeJS.Platform = process.platform): string[] {
  const isWindows = platform === "win32";
  const { delimiter, isAbsolute, join } = isWindows ? nodePath.win32 : nodePath.posix;
  const folders = path.split(delimiter).map((folder) => (isWindows ? folder.replaceAll('"', "") : folder));
  return folders.filter(isAbsolute).map((folder) => join(folder, programOf(name, platform)));
}

function programOf(name: string, platform: NodeJS.Platform): string {
  return `${PREFIX}${name}${platform === "win32" ? ".exe" : ""}`;
}

/**
 * Finds the program of a plugin.
 *
 * @param path the variable `PATH`
 * @returns an absolute path
 * @throws ProvenanceError KMS_PLUGIN_NOT_FOUND
 */
export async function findPlugin(name: string, path = ""): Promise<string> {
  for (const candidate of pluginCandidates(name, path)) {
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return candidate;
  }
  const program = programOf(name, process.platform);
  throw new ProvenanceError(
    "KMS_PLUGIN_NOT_FOUND",
    `There is no program ${program} in the folders of PATH. Install the plugin that has keys of ${name}://.`,
    { details: { program } },
  );
}
