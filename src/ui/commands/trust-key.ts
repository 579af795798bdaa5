import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { PemSource, Trust } from "../../core/trust.ts";
import { ActionableError } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { readPem, type TrustKind } from "../../platform/trust.ts";
import type { Services } from "../services.ts";
import { browseForPem } from "./choose-key-file.ts";

/** Trust Key…: adds a public key or a root certificate to the user's trust settings. */
export async function trustKey(services: Services): Promise<void> {
  const file = await browseForPem(l10n.t("Choose a Public Key or Root Certificate"), services.keyFiles);
  const source = await readPem(file);
  await accept(source, kindOf(source), services);
}

/** Asks for the key or root certificate that a model's signature needs, and whether to trust it. */
export async function trustSignerOf(path: string, kind: TrustKind, services: Services): Promise<void> {
  const { source } = await askForSource(path, kind, services, () => trustSignerOf(path, kind, services));
  await accept(source, kindOf(source), services);
}

/**
 * Asks for the key or root certificate that a model's signature needs, and rejects any other.
 *
 * @param again offered if another file is needed
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
  await requireMatch(path, source, kindOf(source), services, again);
  return { file, source };
}

/** Rejects a key or certificate that this model was not signed with, before the user is asked to trust it. */
async function requireMatch(
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

/** Shows the key or certificate, and trusts it for this window or always, as the user answers. */
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
      ? l10n.t("Models signed with it are verified in every workspace.")
      : l10n.t("Models signed with any certificate issued under it are verified in every workspace."),
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

/** What is trusted, and what the user compares. The PEM text is encoded again, so nothing else from the file is kept. */
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
