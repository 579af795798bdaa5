import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { PemSource, Trust } from "../../core/trust.ts";
import { ActionableError } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { readPem, type TrustKind } from "../../platform/trust.ts";
import type { Services } from "../services.ts";
import { browseForPem } from "./choose-key-file.ts";

/** Trust Key…: adds a public key, or a root certificate, to whom the person trusts. */
export async function trustKey(services: Services): Promise<void> {
  const file = await browseForPem(l10n.t("Choose a Public Key or Root Certificate"), services.keyFiles);
  const source = await readPem(file);
  await accept(source, kindOf(source), services);
}

/** Asks for the key or root that a model's signature needs, and whether it is to be trusted. */
export async function trustSignerOf(path: string, kind: TrustKind, services: Services): Promise<void> {
  const { source } = await askForSource(path, kind, services, () => trustSignerOf(path, kind, services));
  await accept(source, kindOf(source), services);
}

/**
 * Asks for the key or root that a model's signature needs, and refuses what it was not signed with.
 *
 * @param again what is offered where another file is needed
 * @throws CancellationError, ActionableError
 */
export async function askForSource(
  path: string,
  kind: TrustKind,
  services: Services,
  again?: () => unknown,
): Promise<{ readonly file: string; readonly source: PemSource }> {
  const title = kind === "key" ? l10n.t("Choose the Signer's Public Key") : l10n.t("Choose the Root Certificate");
  const file = await browseForPem(title, services.keyFiles);
  const source = await readPem(file);
  await requireFit(path, source, kindOf(source), services, again);
  return { file, source };
}

/** Refuses what this model was not signed with, before anybody is asked to trust it. */
async function requireFit(
  path: string,
  source: PemSource,
  kind: TrustKind,
  services: Services,
  again: (() => unknown) | undefined,
): Promise<void> {
  const model = services.registry.get(path);
  if (model?.verdict.signature === undefined) throw new CancellationError();
  const trust: Trust = kind === "key" ? { keys: [source] } : { certificates: { roots: [source] } };
  const { state, reasons } = await services.engine.authenticate({
    model: path,
    signature: model.verdict.signature,
    trust,
  });
  const [reason] = reasons;
  if (state === "unchecked" || reason === undefined) return;
  if (again === undefined) throw new ProvenanceError(reason.code, reason.message, { details: reason.details });
  const label = kind === "key" ? l10n.t("Choose Key…") : l10n.t("Choose Certificate…");
  throw new ActionableError(reason.message, { label, run: again });
}

function kindOf({ label, pem }: PemSource): TrustKind {
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return "certificate";
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw new ProvenanceError(
      "KEY_UNREADABLE",
      l10n.t("{0} is a private key. Choose the public key that belongs to it.", label),
    );
  }
  return "key";
}

/** Shows what would be trusted, and remembers it as far as the person says. */
export async function accept(given: PemSource, kind: TrustKind, services: Services): Promise<void> {
  const always = l10n.t("Trust Always");
  const thisWindow = l10n.t("Trust in This Window");
  const { label } = given;
  const question =
    kind === "key" ? l10n.t("Trust the key {0}?", label) : l10n.t("Trust certificates issued under {0}?", label);
  const { pem, described } = kind === "key" ? await readKey(given) : await readRoots(given);
  const detail = [
    described,
    kind === "key"
      ? l10n.t("Models signed with it are shown as verified, in every workspace.")
      : l10n.t("Models signed by anybody whose certificate leads to it are shown as verified, in every workspace."),
  ].join("\n\n");
  const answer = await window.showInformationMessage(
    messageText(question),
    { modal: true, detail },
    always,
    thisWindow,
  );
  if (answer === undefined) throw new CancellationError();
  if (answer === thisWindow) services.trust.acceptForWindow(kind, { label, pem });
  else await services.trust.remember(kind, { label, pem });
}

/** What is trusted, and what a person compares. The PEM is made anew: whatever else the file holds stays in the file. */
interface Readable {
  readonly pem: string;
  readonly described: string;
}

async function readKey(source: PemSource): Promise<Readable> {
  const { keyFingerprint, readPublicKey } = await import("../../core/verification/elliptic-keys.ts");
  const { key, curve } = readPublicKey(source);
  return {
    pem: key.export({ type: "spki", format: "pem" }).toString(),
    described: l10n.t("{0} key, SHA-256 {1}", curve, keyFingerprint(key)),
  };
}

async function readRoots(source: PemSource): Promise<Readable> {
  const { readCertificates } = await import("../../core/verification/certificates.ts");
  const { distinguishedName } = await import("../../core/verification/distinguished-name.ts");
  const certificates = readCertificates([source]).map(({ x509 }) => x509);
  return {
    pem: certificates.map((certificate) => certificate.toString()).join(""),
    described: certificates
      .map(({ subject, fingerprint256 }) => `${messageText(distinguishedName(subject))}\nSHA-256 ${fingerprint256}`)
      .join("\n\n"),
  };
}
