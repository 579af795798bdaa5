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
export async function createKmsSigner(identity: KmsIdentity, options: SignerOptions): Promise<Signer> {
  const { key: text, onOutput, timeout } = identity;
  const pluginOptions = { onOutput, timeout, signal: options.signal };
  const { name, key } = parseKmsReference(text);
  const program = await findPlugin(name, process.env["PATH"]);
  const { key: publicKey, curve } = readPublicKey(await publicKeyOf(program, text, key, pluginOptions));
  const half = { publicKey, curve };
  return signerWithKey(half, text, keyOwner(half, text), async (parts) => {
    const { signMessage } = await runPlugin(program, key, { method: "signMessage", curve }, parts, pluginOptions);
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
  const { name, key } = parseKmsReference(text);
  return publicKeyOf(await findPlugin(name, process.env["PATH"]), text, key, options);
}

async function publicKeyOf(program: string, label: string, key: string, options: PluginOptions): Promise<PemSource> {
  const { publicKey } = await runPlugin(program, key, { method: "publicKey" }, [], options);
  if (!publicKey) throw pluginFailed(program, "it answered without a public key");
  return { label, pem: publicKey.publicKeyPEM.toString("utf8") };
}

/** A key of a plugin: `NAME://KEY`. */
interface KmsReference {
  /** Of the plugin: `sigstore-kms-NAME`. */
  readonly name: string;
  /** What the plugin calls the key. */
  readonly key: string;
}

const PREFIX = "sigstore-kms-";

/** @throws ProvenanceError KMS_REFERENCE */
function parseKmsReference(text: string): KmsReference {
  const [, name, key] = /^([A-Za-z0-9][A-Za-z0-9_-]*):\/\/(.+)$/s.exec(text) ?? [];
  if (name !== undefined && key !== undefined && !key.includes("\0")) return { name, key };
  const message = `"${text}" does not name a key. Give NAME://KEY, where the plugin sigstore-kms-NAME has the key.`;
  throw new ProvenanceError("KMS_REFERENCE", message, { details: { reference: text } });
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
async function findPlugin(name: string, path = ""): Promise<string> {
  for (const candidate of pluginCandidates(name, path)) {
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return candidate;
  }
  const program = programOf(name, process.platform);
  const message = `There is no program ${program} in the folders of PATH. Install the plugin that has keys of ${name}://.`;
  throw new ProvenanceError("KMS_PLUGIN_NOT_FOUND", message, { details: { program } });
}
