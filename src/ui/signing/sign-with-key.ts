import { basename } from "node:path";
import { l10n } from "vscode";
import type { PemSource } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import { readPem } from "../../platform/trust.ts";
import { publicLabel } from "../commands/choose-key-file.ts";
import { openPrivateKey } from "../commands/passphrase.ts";
import type { Services } from "../services.ts";
import type { SigningMethod, TrustOffer } from "./signing-method.ts";

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
  const { passphrase } = opened;
  const identity = { method: "key", privateKey: source, ...(passphrase === undefined ? {} : { passphrase }) } as const;
  return {
    question: (name) => l10n.t("Sign {0} with the key {1}?", name, source.label),
    notes: [],
    identity: async () => identity,
    done: (name) => l10n.t("Signed {0} with the key {1}.", name, source.label),
    offerTrust: (verdict) => {
      const pem = opened.key.publicKey.export({ type: "spki", format: "pem" }).toString();
      return offerToTrustKey(verdict, { label: publicLabel(basename(source.label)), pem }, services);
    },
  };
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

/** Offers to trust the public half of the key that has just signed. */
export function offerToTrustKey(verdict: Verdict, publicKey: PemSource, services: Services): TrustOffer | undefined {
  const { state, reasons, model } = verdict;
  if (state !== "unverifiable" || !reasons.some(({ code }) => code === "KEY_UNKNOWN" || code === "KEY_MISMATCH")) {
    return undefined;
  }
  const run = async (): Promise<void> => {
    await services.trust.remember("key", publicKey);
    await services.checker.check(model, "files", { asked: true });
  };
  return {
    text: l10n.t("You don't trust this key yet, so the model isn't verified."),
    action: { label: l10n.t("Trust Key"), run },
  };
}
