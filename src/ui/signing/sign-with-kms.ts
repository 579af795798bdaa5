import { CancellationError, l10n, window } from "vscode";
import { messageText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { text } from "../../platform/shapes.ts";
import type { Services } from "../services.ts";
import { keyMethod, type SigningMethod } from "./signing-method.ts";

/** The last input; never from a setting or a file, which a workspace could provide. */
const LAST = "lastKmsKey";

/**
 * Signs with a key behind a plugin. Reads its public key first, so that a missing or failing plugin is noticed now.
 *
 * @throws CancellationError, KMS_*, KEY_UNSUPPORTED
 */
export async function kmsSigningMethod(title: string, services: Services): Promise<SigningMethod> {
  const { log, state } = services;
  const key = await window.showInputBox({
    title: messageText(title),
    prompt: l10n.t("The key, as NAME://KEY. The program sigstore-kms-NAME must be on your PATH."),
    value: text("")(state.get<unknown>(LAST)),
    ignoreFocusOut: true,
  });
  if (key === undefined) throw new CancellationError();
  const onOutput = (output: string): void => log.info(`sigstore-kms: ${output.trimEnd()}`);
  const { readKmsPublicKey } = await import("../../core/signing/kms/kms-signer.ts");
  const publicKey = await withProgress(l10n.t("Reading the public key of {0}", key), (_, signal) =>
    readKmsPublicKey(key, { onOutput, signal }),
  );
  await state.update(LAST, key);
  return keyMethod(key, { method: "kms", key, onOutput }, publicKey);
}
