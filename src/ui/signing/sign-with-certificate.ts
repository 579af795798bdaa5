import { CancellationError, l10n, window } from "vscode";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { CertificateIdentity } from "../../core/signing/certificate-signer.ts";
import type { PemSource } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import { messageText } from "../../platform/plain-text.ts";
import { readPem } from "../../platform/trust.ts";
import { browseForPem, choosePrivateKey } from "../commands/choose-key-file.ts";
import { openPrivateKey } from "../commands/passphrase.ts";
import { trustSignerOf } from "../commands/trust-key.ts";
import { EDITOR } from "../localizer.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";
import { readPrivateKeyFile } from "./sign-with-key.ts";
import type { SigningWay, TrustOffer } from "./signing-way.ts";

/** Codes of a certificate whose root is not among those of the settings. */
const UNKNOWN_ROOT: readonly string[] = [
  "CERTIFICATE_NO_ROOTS",
  "CERTIFICATE_UNTRUSTED_ROOT",
  "SIGNING_METHOD_MISMATCH",
];

/**
 * A certificate and its private key, in files; they are checked to belong together before anything else is asked.
 *
 * @throws CancellationError, KEY_*, CERTIFICATE_*
 */
export async function certificateWay(title: string, services: Services): Promise<SigningWay> {
  const { keyFiles, passphrases } = services;
  const certificate = await readPem(await browseForPem(l10n.t("Choose the Signer's Certificate"), keyFiles));
  const chain = await chooseChain(title, certificate, services);
  const privateKey = await readPrivateKeyFile(
    await choosePrivateKey(l10n.t("{0}: the Key of {1}", title, certificate.label), keyFiles),
    services,
  );
  const { key, passphrase } = await openPrivateKey(privateKey, title, passphrases);
  const { readCertificateMaterial } = await import("../../core/signing/certificate-signer.ts");
  const { signer } = readCertificateMaterial(certificate, chain, key, new Date());
  const who = signerText(signer, l10n.t);
  const identity: CertificateIdentity = {
    method: "certificate",
    privateKey,
    certificate,
    chain,
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  return {
    question: (name) => l10n.t("Sign {0} with the certificate of {1}?", name, who),
    notes: [l10n.t("Issued by {0}, valid until {1}.", signer.issuer, EDITOR.time(signer.notAfter))],
    identity: async () => identity,
    done: (name) => l10n.t("Signed {0} with the certificate of {1}.", name, who),
    offerTrust: (verdict) => offerToTrustRoot(verdict, services),
  };
}

/** The root of the certificate that has just signed. */
export function offerToTrustRoot({ state, reasons, model }: Verdict, services: Services): TrustOffer | undefined {
  if (state !== "unverifiable" || !reasons.some(({ code }) => UNKNOWN_ROOT.includes(code))) return undefined;
  const run = async (): Promise<void> => {
    await trustSignerOf(model, "certificate", services);
    await services.checker.check(model, "files", { asked: true });
  };
  return {
    text: l10n.t("Its root is not among your trusted certificates yet, so the model is not shown as verified."),
    action: { label: l10n.t("Choose Root Certificate…"), run },
  };
}

/** Certificates between the signer's and the root travel with the signature; they may be in the same file. */
export async function chooseChain(title: string, certificate: PemSource, { keyFiles }: Services): Promise<PemSource[]> {
  const count = certificate.pem.split("-----BEGIN CERTIFICATE-----").length - 1;
  if (count > 1) return [];
  const none = {
    label: l10n.t("No More Certificates"),
    detail: l10n.t("A root that verifiers know has issued it"),
    iconPath: themeIcon("check"),
  };
  const more = {
    label: l10n.t("Add Certificates Above It…"),
    detail: l10n.t("Intermediate ones, so that others can verify without having them"),
    iconPath: themeIcon("shield"),
  };
  const chosen = await window.showQuickPick([more, none], {
    title: messageText(title),
    placeHolder: l10n.t("{0} holds one certificate only", messageText(certificate.label)),
  });
  if (chosen === undefined) throw new CancellationError();
  return chosen === none ? [] : [await readPem(await browseForPem(l10n.t("Choose Certificates"), keyFiles))];
}
