import { l10n, window } from "vscode";
import type { PublicationNotice } from "../../core/signing/publication.ts";
import { messageText } from "../../platform/plain-text.ts";

/**
 * Says what becomes public, the first time that an identity is named in a log. The answer is remembered outside any
 * workspace, as a digest.
 *
 * @param storage a folder of the extension's own
 */
export async function agreesToPublication(storage: string, notice: PublicationNotice): Promise<boolean> {
  const { hasAgreed, rememberAgreement } = await import("../../core/signing/publication-consent.ts");
  if (await hasAgreed(storage, notice)) return true;
  const agree = l10n.t("Sign and Publish");
  const host = new URL(notice.log).host;
  const where = {
    public: l10n.t("into the public log {0}, for ever: nobody can take it out again", host),
    staging: l10n.t("into the public log {0} of Sigstore's staging instance, which is for tests", host),
    private: l10n.t("into the log {0} of your private Sigstore instance", host),
  }[notice.instance];
  const detail = [
    l10n.t("Your identity {0} and this model's digest go {1}.", messageText(notice.identity), where),
    l10n.t("The model itself is not uploaded."),
    l10n.t("You are asked once for this identity and this log."),
  ].join("\n\n");
  const question = l10n.t("Sign as {0}?", messageText(notice.identity));
  if ((await window.showInformationMessage(question, { modal: true, detail }, agree)) !== agree) return false;
  await rememberAgreement(storage, notice);
  return true;
}
