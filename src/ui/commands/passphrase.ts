import { CancellationError, l10n, type QuickInputButton, ThemeIcon, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { SigningKey } from "../../core/signing/private-key.ts";
import type { PemSource } from "../../core/trust.ts";
import { messageText } from "../../platform/plain-text.ts";
import type { Passphrases } from "../../platform/secrets.ts";

export interface OpenedKey {
  readonly key: SigningKey;
  readonly passphrase?: string;
}

/**
 * Reads a private key. Asks for its passphrase, until it is correct, if the key is encrypted and no passphrase is stored.
 *
 * @throws CancellationError, KEY_UNREADABLE, KEY_UNSUPPORTED
 */
export async function openPrivateKey(source: PemSource, title: string, passphrases: Passphrases): Promise<OpenedKey> {
  const { isEncryptedKey, readPrivateKey } = await import("../../core/signing/private-key.ts");
  if (!isEncryptedKey(source.pem)) return { key: readPrivateKey(source, undefined) };
  const kept = await passphrases.get(source.pem);
  if (kept !== undefined) {
    try {
      return { key: readPrivateKey(source, kept), passphrase: kept };
    } catch (error) {
      if (!isWrong(error)) throw error;
      await passphrases.forget(source.pem);
    }
  }
  for (let problem: string | undefined; ; problem = l10n.t("Wrong passphrase for {0}. Try again.", source.label)) {
    const { passphrase, keep } = await askPassphrase(title, source.label, problem);
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

function askPassphrase(
  title: string,
  label: string,
  problem: string | undefined,
): Promise<{ readonly passphrase: string; readonly keep: boolean }> {
  const input = window.createInputBox();
  const toggle = { checked: false };
  const button: QuickInputButton = {
    iconPath: new ThemeIcon("save"),
    tooltip: l10n.t("Save in secret storage"),
    toggle,
  };
  input.title = messageText(title);
  const prompt = (): string =>
    toggle.checked
      ? l10n.t("Passphrase of {0}. It will be saved in secret storage.", messageText(label))
      : l10n.t("Passphrase of {0}. Not saved. Select Save to keep it in secret storage.", messageText(label));
  input.prompt = prompt();
  input.password = true;
  input.ignoreFocusOut = true;
  input.buttons = [button];
  if (problem !== undefined) input.validationMessage = messageText(problem);
  return new Promise<{ passphrase: string; keep: boolean }>((resolve, reject) => {
    input.onDidChangeValue(() => {
      input.validationMessage = undefined;
    });
    input.onDidTriggerButton(() => {
      input.prompt = prompt();
    });
    input.onDidAccept(() => resolve({ passphrase: input.value, keep: toggle.checked }));
    input.onDidHide(() => reject(new CancellationError()));
    input.show();
  }).finally(() => input.dispose());
}
