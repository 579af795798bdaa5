import { basename } from "node:path";
import { l10n } from "vscode";
import type { PemSource } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import { readPem } from "../../platform/trust.ts";
import { publicLabel } from "../commands/choose-key-file.ts";
import { type OpenedKey, openPrivateKey } from "../commands/passphrase.ts";
import type { Services } from "../services.ts";
import type { SigningMethod } from "./signing-method.ts";

/**
 * Signs with a private key in a file. Asks for its passphrase now, where it has one.
 *
 * @throws CancellationError, KEY_*
 */
export async function keySigningMethod(file: string, title: string, services: Services): Promise<SigningMethod> {
  const source = await readPrivateKeyFile(file, services);
  const opened = await openPrivateKey(source, title, services.passphrases);
  const { passphrase } = opened;
  const identity = { method: "key", privateKey: source, ...(passphrase === undefined ? {} : { passphrase }) } as const;
  return {
    question: (name) => l10n.t("Sign {0} with the key {1}?", name, source.label),
    notes: [],
    identity: async () => identity,
    done: (name) => l10n.t("Signed {0} with the key {1}.", name, source.label),
    offerTrust: (verdict) => (isUnknownKey(verdict) ? offer(verdict.model, source, opened, services) : undefined),
  };
}

export async function readPrivateKeyFile(file: string, { keyFiles }: Services): Promise<PemSource> {
  try {
    const source = await readPem(file);
    await keyFiles.used(file);
    return source;
  } catch (error) {
    await keyFiles.gone(file);
    throw error;
  }
}

function isUnknownKey({ state, reasons }: Verdict): boolean {
  return state === "unverifiable" && reasons.some(({ code }) => code === "KEY_UNKNOWN" || code === "KEY_MISMATCH");
}

function offer(model: string, source: PemSource, opened: OpenedKey, services: Services) {
  return {
    text: l10n.t("You don't trust this key yet, so the model isn't verified."),
    action: { label: l10n.t("Trust Key"), run: () => trustOwnKey(model, source, opened, services) },
  };
}

/** Trusts the public half of the key that was just used. */
async function trustOwnKey(model: string, source: PemSource, { key }: OpenedKey, services: Services): Promise<void> {
  const pem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  await services.trust.remember("key", { label: publicLabel(basename(source.label)), pem });
  await services.checker.check(model, "files", { asked: true });
}
