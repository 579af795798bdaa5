import { access, constants } from "node:fs/promises";
import nodePath from "node:path";
import { ProvenanceError } from "../../errors.ts";
import type { PemSource } from "../../trust.ts";
import { readPublicKey } from "../../verification/elliptic-keys.ts";
import { keyOwner, signerWithKey } from "../key-signer.ts";
import type { Signer, SignerOptions } from "../signer.ts";
import type { PluginOptions } from "./plugin-options.ts";
import { pluginFailed, runPlugin } from "./run-plugin.ts";

/** A key in a cloud or a vault, behind a plugin: the program `sigstore-kms-NAME` on `PATH`. */
export interface KmsIdentity extends Omit<PluginOptions, "signal"> {
  readonly method: "kms";
  /** `NAME://KEY` */
  readonly key: string;
}

/** @throws ProvenanceError KMS_*, KEY_UNREADABLE, KEY_UNSUPPORTED, CANCELLED */
export async function createKmsSigner(identity: KmsIdentity, { signal }: SignerOptions): Promise<Signer> {
  const { key: text, onOutput, timeout } = identity;
  const options = { onOutput, timeout, signal };
  const { key: publicKey, curve } = readPublicKey(await readKmsPublicKey(text, options));
  const { program, key } = await findPluginKey(text);
  const half = { publicKey, curve };
  return signerWithKey(half, text, keyOwner(half, text), async (parts) => {
    const { signMessage } = await runPlugin(program, key, { method: "signMessage", curve }, parts, options);
    if (!signMessage) throw pluginFailed(program, "it answered without a signature");
    return signMessage.signature;
  });
}

/**
 * The public key of a key behind a plugin.
 *
 * @param text `NAME://KEY`
 * @throws ProvenanceError KMS_*, CANCELLED
 */
export async function readKmsPublicKey(text: string, options: PluginOptions = {}): Promise<PemSource> {
  const { program, key } = await findPluginKey(text);
  const { publicKey } = await runPlugin(program, key, { method: "publicKey" }, [], options);
  if (!publicKey) throw pluginFailed(program, "it answered without a public key");
  return { label: text, pem: publicKey.publicKeyPEM.toString("utf8") };
}

const PREFIX = "sigstore-kms-";

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

interface PluginKey {
  /** Absolute path of the plugin. */
  readonly program: string;
  /** What the plugin calls the key. */
  readonly key: string;
}

/**
 * Finds the plugin that has a key.
 *
 * @param text `NAME://KEY`
 * @throws ProvenanceError KMS_REFERENCE, KMS_PLUGIN_NOT_FOUND
 */
async function findPluginKey(text: string): Promise<PluginKey> {
  const [, name, key] = /^([A-Za-z0-9][A-Za-z0-9_-]*):\/\/(.+)$/s.exec(text) ?? [];
  if (name === undefined || key === undefined || key.includes("\0")) {
    const message = `"${text}" does not name a key. Give NAME://KEY, where the plugin sigstore-kms-NAME has the key.`;
    throw new ProvenanceError("KMS_REFERENCE", message, { details: { reference: text } });
  }
  for (const program of pluginCandidates(name, process.env["PATH"] ?? "")) {
    const runs = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return { program, key };
  }
  const program = programOf(name, process.platform);
  const message = `There is no program ${program} in the folders of PATH. Install the plugin that has keys of ${name}://.`;
  throw new ProvenanceError("KMS_PLUGIN_NOT_FOUND", message, { details: { program } });
}
