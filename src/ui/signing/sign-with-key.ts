import { basename } from "node:path";
import { publicLabel } from "../commands/choose-key-file.ts";
import { openKeyFile } from "../commands/passphrase.ts";
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
  const { key, secret } = await openKeyFile(file, title, services, given);
  const { label } = secret.privateKey;
  const pem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  return keyMethod(label, { method: "key", ...secret }, { label: publicLabel(basename(label)), pem });
}
