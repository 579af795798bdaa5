import { l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { ModuleProcess } from "../../core/signing/pkcs11/module-process.ts";
import type { Token } from "../../core/signing/pkcs11/token.ts";
import { messageText } from "../../platform/plain-text.ts";
import { askSecret } from "../commands/ask-secret.ts";
import type { Services } from "../services.ts";

/**
 * Logs in to a token: with the PIN that the user has saved, else with the one that they type, until it is right.
 *
 * @returns undefined where the token takes no PIN from here
 * @throws CancellationError, PKCS11_*
 */
export async function tokenPin(
  module: ModuleProcess,
  token: Token,
  title: string,
  { passphrases }: Services,
): Promise<string | undefined> {
  const { logIn } = await import("../../core/signing/pkcs11/open-key.ts");
  const slot = `pkcs11 ${token.manufacturer} ${token.serial} ${token.label}`;
  let pin: string | undefined;
  let keep = false;
  let problem: string | undefined;
  for (;;) {
    try {
      await logIn(module, token, async () => {
        pin = problem === undefined ? await passphrases.get(slot) : undefined;
        if (pin === undefined) ({ text: pin, keep } = await askPin(title, token, problem));
        return pin;
      });
      if (keep && pin !== undefined) await passphrases.keep(slot, pin);
      return pin;
    } catch (error) {
      if (!(error instanceof ProvenanceError) || error.code !== "PKCS11_PIN_WRONG") throw error;
      await passphrases.forget(slot);
      problem = error.message;
    }
  }
}

function askPin(title: string, { label, pinFinalTry }: Token, problem: string | undefined) {
  const name = messageText(label);
  const prompt = (keep: boolean): string =>
    keep
      ? l10n.t("PIN of the token {0}. It will be saved in secret storage.", name)
      : l10n.t("PIN of the token {0}. Not saved. Select Save to keep it in secret storage.", name);
  return askSecret({
    title,
    prompt,
    problem: problem ?? (pinFinalTry ? l10n.t("A wrong PIN locks the token.") : undefined),
  });
}
