import { existsSync } from "node:fs";
import { basename, dirname, relative } from "node:path";
import * as v from "valibot";
import { CancellationError, commands, l10n, window, workspace } from "vscode";
import type { DigestProgress } from "../../core/hashing/digest-engine.ts";
import type { FileList } from "../../core/model/file-list.ts";
import type { SignResult } from "../../core/sign.ts";
import type { PemSource } from "../../core/trust.ts";
import type { Verdict } from "../../core/verdict.ts";
import { bytesText } from "../../core/words.ts";
import { ActionableError, isCancellation, tell } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { bytesProgressText, type ProgressReport, withProgress } from "../../platform/progress.ts";
import { readPem } from "../../platform/trust.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { choosePrivateKey, publicLabel } from "./key-files.ts";
import { type OpenedKey, openPrivateKey } from "./passphrase.ts";
import { FILE, targetModel } from "./targets.ts";

/** Names listed in the confirmation. */
const NAMES_SHOWN = 8;

/** For key bindings and other extensions that know model and key already; the person is still asked to confirm. */
const REQUEST = v.object({ model: FILE, privateKey: v.string() });

/** Signs one model with a private key: which, with what, what is covered, then reading, writing, and checking. */
export async function signModel(args: readonly unknown[], services: Services): Promise<SignResult> {
  if (!workspace.isTrusted) {
    throw new ActionableError(l10n.t("Signing is off in Restricted Mode: nothing says that these files are yours."), {
      label: l10n.t("Manage Workspace Trust"),
      run: () => commands.executeCommand("workbench.trust.manage"),
    });
  }
  const request = v.safeParse(REQUEST, args[0]);
  const model = await targetModel(request.success ? [request.output.model] : args, "sign", services);
  const title = l10n.t("Sign {0}", modelName(model));
  const file = request.success ? request.output.privateKey : await choosePrivateKey(title, services.keyFiles);
  const source = await readKey(file, services);
  const opened = await openPrivateKey(source, title, services.passphrases);
  const signature = await signaturePath(model);
  await confirm(model, signature, source, await listFiles(model, signature));

  const { result, verdict } = await withProgress(l10n.t("Signing {0}", modelName(model)), (report, signal) =>
    signAndCheck(model, signature, source, opened, services, report, signal),
  );
  for (const warning of result.warnings) services.log.warn(warning);
  tellSigned(model, source, opened, verdict, services);
  return result;
}

async function readKey(file: string, { keyFiles }: Services): Promise<PemSource> {
  try {
    const source = await readPem(file);
    await keyFiles.used(file);
    return source;
  } catch (error) {
    await keyFiles.gone(file);
    throw error;
  }
}

/** A signature is replaced where it is; a first one goes where the format wants it. */
async function signaturePath(model: KnownModel): Promise<string> {
  const { defaultSignaturePath } = await import("../../core/sign.ts");
  return model.verdict.signature ?? defaultSignaturePath(model.path, model.kind);
}

async function listFiles(model: KnownModel, signature: string): Promise<FileList> {
  const { listForSigning } = await import("../../core/digest.ts");
  return (await listForSigning({ model: model.path, signature })).list;
}

async function confirm(model: KnownModel, signature: string, source: PemSource, list: FileList): Promise<void> {
  const left = list.ignored.filter((entry) => entry.source !== "signature").map(({ name }) => name);
  const written = relative(dirname(model.path), signature);
  const files =
    list.files.length === 1
      ? l10n.t("Covered: 1 file, {0}, read now.", bytesText(list.totalBytes))
      : l10n.t("Covered: {0} files, {1}, all read now.", list.files.length, bytesText(list.totalBytes));
  const detail = [
    files,
    ...(left.length === 0 ? [] : [l10n.t("Left out: {0}.", namesText(left))]),
    existsSync(signature)
      ? l10n.t("Replaces the signature {0}.", messageText(written))
      : l10n.t("Writes the signature {0}.", messageText(written)),
  ].join("\n");
  const question = l10n.t("Sign {0} with the key {1}?", modelName(model), source.label);
  const sign = l10n.t("Sign");
  const answer = await window.showInformationMessage(messageText(question), { modal: true, detail }, sign);
  if (answer !== sign) throw new CancellationError();
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).map(messageText).join(", ");
  return names.length > NAMES_SHOWN ? l10n.t("{0} and {1} more", shown, names.length - NAMES_SHOWN) : shown;
}

interface Signed {
  readonly result: SignResult;
  /** Absent if the check after signing was cancelled. */
  readonly verdict?: Verdict;
}

async function signAndCheck(
  model: KnownModel,
  signature: string,
  source: PemSource,
  { passphrase }: OpenedKey,
  { checker, engine }: Services,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<Signed> {
  const { sign } = await import("../../core/sign.ts");
  const result = await sign({
    model: model.path,
    signature,
    identity: { method: "key", privateKey: source, ...(passphrase === undefined ? {} : { passphrase }) },
    engine: await engine(),
    signal,
    onProgress: (bytes) => report.bytes(bytes, l10n.t("Hashing")),
  });
  report.step(l10n.t("Checking what was written"));
  try {
    const checking = Date.now();
    const onProgress = (bytes: DigestProgress): void =>
      report.step(l10n.t("Checking what was written: {0}", bytesProgressText(bytes, Date.now() - checking)));
    return { result, verdict: await checker.check(model.path, "files", { asked: true, signal, onProgress }) };
  } catch (error) {
    if (isCancellation(error)) return { result };
    throw error;
  }
}

function tellSigned(
  model: KnownModel,
  source: PemSource,
  opened: OpenedKey,
  verdict: Verdict | undefined,
  services: Services,
): void {
  const signed = l10n.t("Signed {0} with the key {1}.", modelName(model), source.label);
  if (
    verdict?.state === "unable" &&
    verdict.reasons.some(({ code }) => code === "KEY_UNKNOWN" || code === "KEY_MISMATCH")
  ) {
    const text = l10n.t(
      "{0} The key is not among your trusted keys yet, so the model is not shown as verified.",
      signed,
    );
    tell(services.log, "information", text, {
      label: l10n.t("Trust This Key"),
      run: () => trustOwnKey(model, source, opened, services),
    });
    return;
  }
  const { signature } = verdict ?? {};
  tell(services.log, "information", signed, {
    label: l10n.t("Show Signature"),
    run: () => (signature === undefined ? undefined : showFile(signature)),
  });
}

/** The public half of the key just used, kept where no workspace reaches it. */
async function trustOwnKey(
  model: KnownModel,
  source: PemSource,
  { key }: OpenedKey,
  services: Services,
): Promise<void> {
  const pem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  const file = await services.keyFiles.keepCopy(publicLabel(basename(source.label)), pem);
  await services.trust.remember("key", file);
  await services.checker.check(model.path, "files", { asked: true });
}

async function showFile(path: string): Promise<void> {
  await window.showTextDocument(await workspace.openTextDocument(path));
}
