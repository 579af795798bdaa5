import { realpath } from "node:fs/promises";
import { CancellationError, commands, env, l10n, Uri, workspace } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { PemSource, Trust } from "../../core/trust.ts";
import type { VerdictState } from "../../core/verdict.ts";
import { notify } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { plainText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { setting } from "../../platform/settings.ts";
import type { TrustKind } from "../../platform/trust.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { askInDialog } from "../ask.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { Services } from "../services.ts";

/** What is trusted, and what the user compares. The PEM text is encoded again, so nothing else from the file is kept. */
interface Readable {
  readonly pem: string;
  /** What it calls itself. */
  readonly name: string;
  /** Paragraphs. */
  readonly described: readonly (readonly string[])[];
  readonly fingerprints: readonly string[];
}

/**
 * Shows a key or root certificate with its fingerprint and the models that would verify, and trusts it for this window or
 * always, as the user answers. Enter never trusts a file of the workspace.
 *
 * @param file absolute path of the file that the user chose
 * @throws CancellationError
 */
export async function accept(given: PemSource, file: string, services: Services): Promise<void> {
  const kind = kindOf(given);
  const read = kind === "key" ? await readKey(given) : await readRoots(given);
  const source = { label: given.label, pem: read.pem };
  const models = await verifiableModels(source, services);
  const answer = await ask(read, kind, models, (await isOfWorkspace(file, services)) ? given.label : undefined);
  if (answer === "window") services.trust.acceptForWindow(kind, source);
  else await services.trust.remember(kind, source);
  const trusted = l10n.t("{0} is trusted.", plainText(read.name));
  // Otherwise the models are verified now, which everything shows.
  if (models.length < 2 || (workspace.isTrusted && setting("autoVerify") !== "off")) services.log.info(trusted);
  else {
    const text = l10n.t("{0} {1} models can be verified now.", trusted, models.length);
    const run = () => commands.executeCommand(COMMANDS.verifyAllModels);
    notify(services.log, "information", text, { label: l10n.t("Verify All Models"), run });
  }
}

/** @throws ProvenanceError KEY_UNREADABLE for a private key */
export function kindOf({ label, pem }: PemSource): TrustKind {
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return "certificate";
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    const message = l10n.t("{0} is a private key. Choose the public key that belongs to it.", label);
    throw new ProvenanceError("KEY_UNREADABLE", message);
  }
  return "key";
}

/** Trust in this key or root certificate alone. */
export function trustIn(source: PemSource): Trust {
  return kindOf(source) === "key" ? { keys: [source] } : { certificates: { roots: [source] } };
}

async function ask(
  { name, described, fingerprints }: Readable,
  kind: TrustKind,
  models: readonly KnownModel[],
  workspaceFile: string | undefined,
): Promise<"always" | "window"> {
  const always = l10n.t("Trust Always");
  const thisWindow = l10n.t("Trust in This Window");
  const copy = l10n.t("Copy Fingerprint");
  const question =
    kind === "key" ? l10n.t("Trust the key {0}?", name) : l10n.t("Trust certificates issued under {0}?", name);
  const effect =
    kind === "key"
      ? l10n.t("Models signed with it are verified in every workspace.")
      : l10n.t("Models signed with any certificate issued under it are verified in every workspace.");
  const warning = workspaceFile === undefined ? [] : [workspaceWarning(workspaceFile)];
  const paragraphs = [...described, [modelsSentence(models)], warning, [effect]];
  const level = workspaceFile === undefined ? "information" : "warning";
  // The first button is the one that Enter presses.
  const buttons = workspaceFile === undefined ? [always, thisWindow] : [copy, always, thisWindow];
  for (;;) {
    const answer = await askInDialog(level, question, paragraphs, ...buttons);
    if (answer === always) return "always";
    if (answer === thisWindow) return "window";
    if (answer !== copy) throw new CancellationError();
    await env.clipboard.writeText(fingerprints.join("\n"));
  }
}

function modelsSentence(models: readonly KnownModel[]): string {
  const names = nameList(models.map(modelName));
  if (models.length === 0) return l10n.t("No signature of a model in this window verifies with it.");
  return models.length === 1
    ? l10n.t("The signature of 1 model in this window verifies with it: {0}.", names)
    : l10n.t("The signatures of {0} models in this window verify with it: {1}.", models.length, names);
}

function workspaceWarning(label: string): string {
  return l10n.t(
    "{0} is a file of this workspace, so it proves nothing by itself: the author of the models could have put it there. Compare the fingerprint with the one on the publisher's own page before you trust it.",
    label,
  );
}

/** States in which trust may be what is missing. */
const OPEN: ReadonlySet<VerdictState> = new Set(["unverifiable", "unchecked", "checking", "stale"]);

/** The models of this window whose signatures would verify with this key or root. Only signatures are read. */
async function verifiableModels(source: PemSource, { registry, engine }: Services): Promise<readonly KnownModel[]> {
  const trust = trustIn(source);
  const candidates = registry.models.filter(
    ({ verdict }) => verdict.signature !== undefined && verdict.decision === undefined && OPEN.has(verdict.state),
  );
  if (candidates.length === 0) return [];
  return withProgress(l10n.t("Reading signatures"), async (report, signal) => {
    const found: KnownModel[] = [];
    for (const [index, model] of candidates.entries()) {
      if (signal.aborted) throw new CancellationError();
      report.step(l10n.t("{0} of {1}", index + 1, candidates.length));
      const { signature = "" } = model.verdict;
      const { signer } = await engine.authenticate({ model: model.path, signature, trust });
      if (signer !== undefined) found.push(model);
    }
    return found;
  });
}

/** Whether the file comes with what it would prove: it is in the workspace or in a model, links followed. */
async function isOfWorkspace(file: string, { registry }: Services): Promise<boolean> {
  const paths = [file, await realpath(file)];
  return paths.some(
    (path) => workspace.getWorkspaceFolder(Uri.file(path)) !== undefined || registry.holding(path).length > 0,
  );
}

async function readKey(source: PemSource): Promise<Readable> {
  const { keyFingerprint, readPublicKey } = await import("../../core/verification/elliptic-keys.ts");
  const { key, curve } = readPublicKey(source);
  const fingerprint = keyFingerprint(key);
  return {
    pem: key.export({ type: "spki", format: "pem" }).toString(),
    name: source.label,
    described: [[l10n.t("{0} key, SHA-256 {1}", curve, fingerprint)]],
    fingerprints: [fingerprint],
  };
}

async function readRoots(source: PemSource): Promise<Readable> {
  const { readCertificates } = await import("../../core/verification/certificates.ts");
  const { commonName, distinguishedName } = await import("../../core/verification/distinguished-name.ts");
  const certificates = readCertificates([source]).map(({ x509 }) => x509);
  const [first, ...others] = certificates.map(({ subject }) => distinguishedName(subject));
  return {
    pem: certificates.map((certificate) => certificate.toString()).join(""),
    name: first === undefined || others.length > 0 ? source.label : commonName(first) || source.label,
    described: certificates.map(({ subject, fingerprint256 }) => [
      distinguishedName(subject),
      `SHA-256 ${fingerprint256}`,
    ]),
    fingerprints: certificates.map(({ fingerprint256 }) => fingerprint256),
  };
}
