import { l10n } from "vscode";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { PemSource } from "../../core/trust.ts";
import { messageText } from "../../platform/plain-text.ts";
import { readPem } from "../../platform/trust.ts";
import { pickItem } from "../ask.ts";
import { browseForPem, choosePrivateKey } from "../commands/choose-key-file.ts";
import { openKeyFile } from "../commands/passphrase.ts";
import { EDITOR } from "../localizer.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";
import type { SigningMethod } from "./signing-method.ts";

/**
 * Signs with a certificate and its private key, in files. Checks that they belong together before it asks anything else.
 *
 * @throws CancellationError, KEY_*, CERTIFICATE_*
 */
export async function certificateSigningMethod(title: string, services: Services): Promise<SigningMethod> {
  const certificate = await readPem(await browseForPem(l10n.t("Choose the Signer's Certificate")));
  const chain = await chooseChain(title, certificate);
  const keyFile = await choosePrivateKey(
    l10n.t("{0}: Private Key for {1}", title, certificate.label),
    services.keyFiles,
  );
  const { key, secret } = await openKeyFile(keyFile, title, services);
  const { readCertificateMaterial } = await import("../../core/signing/certificate-signer.ts");
  const { signer } = readCertificateMaterial(certificate, chain, key);
  const who = signerText(signer, l10n.t);
  return {
    question: (name) => l10n.t("Sign {0} with the certificate of {1}?", name, who),
    notes: [l10n.t("Issued by {0}, valid until {1}.", signer.issuer, EDITOR.time(signer.notAfter))],
    identity: async () => ({ method: "certificate", ...secret, certificate, chain }),
    done: (name) => l10n.t("Signed {0} with the certificate of {1}.", name, who),
  };
}

/** Intermediate certificates are part of the signature. They may be in the same file as the signer's. */
export async function chooseChain(title: string, certificate: PemSource): Promise<PemSource[]> {
  const count = certificate.pem.split("-----BEGIN CERTIFICATE-----").length - 1;
  if (count > 1) return [];
  const none = {
    label: l10n.t("Continue Without"),
    detail: l10n.t("The certificate was issued directly by a root that verifiers have"),
    iconPath: themeIcon("check"),
  };
  const more = {
    label: l10n.t("Add Intermediate Certificates…"),
    detail: l10n.t("Included in the signature, so that others can verify without having them"),
    iconPath: themeIcon("shield"),
  };
  const placeHolder = l10n.t("{0} contains only one certificate", messageText(certificate.label));
  const chosen = await pickItem([more, none], { title, placeHolder });
  return chosen === none ? [] : [await readPem(await browseForPem(l10n.t("Choose Intermediate Certificates")))];
}
