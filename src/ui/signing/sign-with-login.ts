import { l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { PublicationNotice } from "../../core/signing/publication.ts";
import { setting } from "../../platform/settings.ts";
import { isPrivateInstance } from "../../platform/sigstore-roots.ts";
import { askInDialog } from "../ask.ts";
import type { Services } from "../services.ts";
import type { SigningMethod } from "./signing-method.ts";

/** Signs with a short-lived certificate that the Sigstore instance of the settings issues to the user who logs in. */
export function loginSigningMethod(title: string, services: Services): SigningMethod {
  const { login, sigstore, storage } = services;
  const known = login.loggedIn;
  return {
    question: (name) =>
      known === undefined ? l10n.t("Sign {0} with a browser login?", name) : l10n.t("Sign {0} as {1}?", name, known),
    notes: [publicationNote()],
    async identity(report, signal) {
      const root = await sigstore.toSign(signal);
      const { chooseServices } = await import("../../core/signing/sigstore-services.ts");
      const { issuer } = chooseServices(root, new Date());
      if (issuer === undefined) throw noIssuer(root.label);
      return {
        method: "sigstore",
        root,
        token: () => login.token({ issuer, title, signal, step: (text) => report.step(text) }),
        confirm: async (notice) => {
          const confirmed = await confirmPublication(storage, notice);
          report.step(l10n.t("Signing as {0}", notice.identity));
          return confirmed;
        },
      };
    },
    done: (name, { signer }) => l10n.t("Signed {0} as {1}.", name, signerText(signer, l10n.t)),
  };
}

function publicationNote(): string {
  const instance = setting("sigstoreInstance");
  return isPrivateInstance(instance)
    ? l10n.t("Your identity and this model's digest are published in the log of your private Sigstore instance.")
    : instance === "staging"
      ? l10n.t("Your identity and this model's digest are published in the public log of Sigstore's staging instance.")
      : l10n.t(
          "Your identity and this model's digest are published permanently in Sigstore's public log. The model itself is not uploaded.",
        );
}

function noIssuer(label: string): ProvenanceError {
  const message = l10n.t("The signing configuration of {0} names no OpenID provider to log in with.", label);
  return new ProvenanceError("SIGNING_SERVICES", message, { details: { label } });
}

/**
 * Asks before an identity is published in a log for the first time. The answer is stored outside any workspace, as a
 * digest.
 *
 * @param storage the extension's own folder
 */
async function confirmPublication(storage: string, notice: PublicationNotice): Promise<boolean> {
  const { hasConsented, rememberConsent } = await import("../../core/signing/publication-consent.ts");
  if (await hasConsented(storage, notice)) return true;
  const agree = l10n.t("Sign and Publish");
  const { host } = new URL(notice.log);
  const { identity } = notice;
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
  const paragraphs = [
    [published],
    [l10n.t("The model itself is not uploaded.")],
    [l10n.t("You won't be asked again for this identity and log.")],
  ];
  const question = l10n.t("Sign as {0}?", identity);
  if ((await askInDialog("information", question, paragraphs, agree)) !== agree) return false;
  await rememberConsent(storage, notice);
  return true;
}
