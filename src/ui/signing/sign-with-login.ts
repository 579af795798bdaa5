import { l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import { setting } from "../../platform/settings.ts";
import { isPrivateInstance } from "../../platform/sigstore-roots.ts";
import type { Services } from "../services.ts";
import { trustSigner } from "../trusting/trust-signer.ts";
import { agreesToPublication } from "./publication-dialog.ts";
import type { SigningWay } from "./signing-way.ts";

/** A short-lived certificate for whoever logs in, by the Sigstore instance of the settings. */
export function loginWay(title: string, services: Services): SigningWay {
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
          const agreed = await agreesToPublication(storage, notice);
          report.step(l10n.t("Signing as {0}", notice.identity));
          return agreed;
        },
      };
    },
    done: (name, { signer }) => l10n.t("Signed {0} as {1}.", name, signerText(signer, l10n.t)),
    // Where policies decide, it is for them to name who is accepted.
    offerTrust: ({ state, model, decision }) =>
      state === "untrusted" && decision === undefined
        ? {
            text: l10n.t("You are not among your trusted signers yet, so the model is not shown as verified."),
            action: { label: l10n.t("Trust Signer…"), run: () => trustSigner([model], services) },
          }
        : undefined,
  };
}

function publicationNote(): string {
  const instance = setting("sigstoreInstance");
  return isPrivateInstance(instance)
    ? l10n.t("Your identity and this model's digest go into the log of your private Sigstore instance.")
    : instance === "staging"
      ? l10n.t("Your identity and this model's digest go into the public log of Sigstore's staging instance.")
      : l10n.t(
          "Your identity and this model's digest go into Sigstore's public log, for ever. The model itself is not uploaded.",
        );
}

function noIssuer(label: string): ProvenanceError {
  return new ProvenanceError(
    "SIGNING_SERVICES",
    l10n.t("{0} does not say where to log in: its signing configuration names no OpenID provider.", label),
    { details: { label } },
  );
}
