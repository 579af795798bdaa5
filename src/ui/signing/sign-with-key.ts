import { basename } from "node:path";
import type { PemSource } from "../../core/trust.ts";
import { readPem } from "../../platform/trust.ts";
import { publicLabel } from "../commands/choose-key-file.ts";
import { openPrivateKey } from "../commands/passphrase.ts";
import type { Services } from "../services.ts";
import { keyMethod, type SigningMethod } from "./signing-method.ts";

/**
 * Signs with a private key in a file. Asks for its passphrase now, where it has one.
 *
 * @param given the passphrase, if it is known
 * @throws CancellationError, KEY_*
 */
export async function keySigningMethod(
  file: string,
  title: string,
  services: Services,
  given?: string,
): Promise<SigningMethod> {
  const source = await readPrivateKeyFile(file, services);
  const opened = await openPrivateKey(source, title, services.passphrases, given);
  await services.keyFiles.used(file);
  const { key, passphrase } = opened;
  const pem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  const publicKey = { label: publicLabel(basename(source.label)), pem };
  const secret = passphrase === undefined ? {} : { passphrase };
  return keyMethod(source.label, { method: "key", privateKey: source, ...secret }, publicKey);
}

/** A key that was opened is to be remembered with {@link Services.keyFiles}; one that cannot be read is forgotten here. */
export async function readPrivateKeyFile(file: string, { keyFiles }: Services): Promise<PemSource> {
  try {
    return await readPem(file);
  } catch (error) {
    await keyFiles.gone(file);
    throw error;
  }
}
