import { l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { SigningKey } from "../../core/signing/private-key.ts";
import type { PemSource } from "../../core/trust.ts";
import { messageText } from "../../platform/plain-text.ts";
import type { Passphrases } from "../../platform/secrets.ts";
import { readPem } from "../../platform/trust.ts";
import type { Services } from "../services.ts";
import { askSecret, type Secret } from "./ask-secret.ts";

interface OpenedKey {
  readonly key: SigningKey;
  readonly passphrase?: string;
}

/**
 * Opens a private key in a file, and remembers the file; one that cannot be read is forgotten.
 *
 * @param given the passphrase, if it is known
 * @returns the key, and what signs with it
 * @throws CancellationError, KEY_*
 */
export async function openKeyFile(file: string, title: string, services: Services, given?: string) {
  const { keyFiles, passphrases } = services;
  const privateKey = await readPem(file).catch(async (error: unknown) => {
    await keyFiles.gone(file);
    throw error;
  });
  const { key, ...secret } = await openPrivateKey(privateKey, title, passphrases, given);
  await keyFiles.used(file);
  return { key, secret: { privateKey, ...secret } };
}

/** Asks for the passphrase, until it is correct, if the key is encrypted and no passphrase is stored. */
async function openPrivateKey(
  source: PemSource,
  title: string,
  passphrases: Passphrases,
  given?: string,
): Promise<OpenedKey> {
  const { isEncryptedKey, readPrivateKey } = await import("../../core/signing/private-key.ts");
  if (!isEncryptedKey(source.pem)) return { key: readPrivateKey(source, undefined) };
  const kept = given ?? (await passphrases.get(source.pem));
  if (kept !== undefined) {
    try {
      return { key: readPrivateKey(source, kept), passphrase: kept };
    } catch (error) {
      if (!isWrong(error)) throw error;
      await passphrases.forget(source.pem);
    }
  }
  for (let problem: string | undefined; ; problem = l10n.t("Wrong passphrase for {0}. Try again.", source.label)) {
    const { text: passphrase, keep } = await askPassphrase(title, source.label, problem);
    try {
      const key = readPrivateKey(source, passphrase);
      if (keep) await passphrases.keep(source.pem, passphrase);
      return { key, passphrase };
    } catch (error) {
      if (!isWrong(error)) throw error;
    }
  }
}

function isWrong(error: unknown): boolean {
  return error instanceof ProvenanceError && error.code === "KEY_PASSPHRASE_WRONG";
}

function askPassphrase(title: string, label: string, problem: string | undefined): Promise<Secret> {
  const name = messageText(label);
  const prompt = (keep: boolean): string =>
    keep
      ? l10n.t("Passphrase of {0}. It will be saved in secret storage.", name)
      : l10n.t("Passphrase of {0}. Not saved. Select Save to keep it in secret storage.", name);
  return askSecret({ title, prompt, problem });
}
