import { l10n, window } from "vscode";
import type { PublicationNotice } from "../../core/signing/publication.ts";
import { messageText } from "../../platform/plain-text.ts";

/**
 * Asks before an identity is published in a log for the first time. The answer is stored outside any workspace, as a
 * digest.
 *
 * @param storage the extension's own folder
 */
export async function confirmPublication(storage: string, notice: PublicationNotice): Promise<boolean> {
  const { hasConsented, rememberConsent } = await import("../../core/signing/publication-consent.ts");
  if (await hasConsented(storage, notice)) return true;
  const agree = l10n.t("Sign and Publish");
  const { host } = new URL(notice.log);
  const identity = messageText(notice.identity);
  const published = {
    public: l10n.t(
      "Your identity {0} and this model's digest are published in the public log {1}. They stay there permanently and can't be removed.",
      identity,
      host,
    ),
    staging: l10n.t(
      "Your identity {0} and this model's digest are published in the public log {1} of Sigstore's staging instance, which is for tests.",
      identity,
      host,
    ),
    private: l10n.t(
      "Your identity {0} and this model's digest are published in the log {1} of your private Sigstore instance.",
      identity,
      host,
    ),
  }[notice.instance];
  const detail = [
    published,
    l10n.t("The model itself is not uploaded."),
    l10n.t("You won't be asked again for this identity and log."),
  ].join("\n\n");
  const question = l10n.t("Sign as {0}?", identity);
  if ((await window.showInformationMessage(question, { modal: true, detail }, agree)) !== agree) return false;
  await rememberConsent(storage, notice);
  return true;
}
