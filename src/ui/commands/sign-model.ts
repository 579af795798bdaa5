import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import * as v from "valibot";
import { CancellationError, commands, l10n, window, workspace } from "vscode";
import type { DigestMode, DigestProgress } from "../../core/hashing/digest-engine.ts";
import type { FileList } from "../../core/model/file-list.ts";
import type { SignResult } from "../../core/sign.ts";
import type { Verdict } from "../../core/verdict.ts";
import { bytesText } from "../../core/words.ts";
import { ActionableError, isCancellation, tell } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { messageText } from "../../platform/plain-text.ts";
import { bytesProgressText, type ProgressReport, withProgress } from "../../platform/progress.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import type { SigningWay } from "../signing/signing-way.ts";
import { FILE, targetModel } from "./targets.ts";

/** Names listed in the confirmation. */
const NAMES_SHOWN = 8;

/** For key bindings and other extensions that know model and key already; the person is still asked to confirm. */
const REQUEST = v.object({ model: FILE, privateKey: v.string() });

/** Signs one model: which, with what, what is covered, then reading, writing, and checking. */
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
  const way = request.success
    ? await withKey(request.output.privateKey, title, services)
    : await choose(title, services);
  const signature = await signaturePath(model);
  const mode = await confirm(model, signature, way, await listFiles(model, signature));

  const { result, verdict } = await withProgress(l10n.t("Signing {0}", modelName(model)), (report, signal) =>
    signAndCheck(model, { signature, mode }, way, services, report, signal),
  );
  for (const warning of result.warnings) services.log.warn(warning);
  tellSigned(model, way, result, verdict, services);
  return result;
}

async function withKey(file: string, title: string, services: Services): Promise<SigningWay> {
  const { keyWay } = await import("../signing/sign-with-key.ts");
  return keyWay(file, title, services);
}

async function choose(title: string, services: Services): Promise<SigningWay> {
  const { chooseWay } = await import("../signing/choose-way.ts");
  return chooseWay(title, services);
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

/** @returns how the files are read */
async function confirm(model: KnownModel, signature: string, way: SigningWay, list: FileList): Promise<DigestMode> {
  const again = existsSync(signature);
  const left = list.ignored.filter((entry) => entry.source !== "signature").map(({ name }) => name);
  const written = relative(dirname(model.path), signature);
  const detail = [
    filesText(list, again),
    ...(left.length === 0 ? [] : [l10n.t("Left out: {0}.", namesText(left))]),
    again
      ? l10n.t("Replaces the signature {0}.", messageText(written))
      : l10n.t("Writes the signature {0}.", messageText(written)),
    ...way.notes.map(messageText),
  ].join("\n");
  const question = way.question(modelName(model));
  const sign = l10n.t("Sign");
  const readAll = l10n.t("Read Everything First");
  const buttons = again ? [sign, readAll] : [sign];
  const answer = await window.showInformationMessage(messageText(question), { modal: true, detail }, ...buttons);
  if (answer === sign) return again ? "cached" : "full";
  if (answer === readAll) return "full";
  throw new CancellationError();
}

function filesText({ files, totalBytes }: FileList, again: boolean): string {
  const bytes = bytesText(totalBytes);
  if (!again) {
    return files.length === 1
      ? l10n.t("Covered: 1 file, {0}, read now.", bytes)
      : l10n.t("Covered: {0} files, {1}, all read now.", files.length, bytes);
  }
  const covered =
    files.length === 1
      ? l10n.t("Covered: 1 file, {0}.", bytes)
      : l10n.t("Covered: {0} files, {1}.", files.length, bytes);
  return `${covered} ${l10n.t("What has not changed since your last signature is not read again.")}`;
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
  { signature, mode }: { readonly signature: string; readonly mode: DigestMode },
  way: SigningWay,
  { checker, engine }: Services,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<Signed> {
  const { sign } = await import("../../core/sign.ts");
  const result = await sign({
    model: model.path,
    signature,
    identity: await way.identity(report, signal),
    engine: await engine(),
    mode,
    signal,
    onProgress: (bytes) => report.bytes(bytes, l10n.t("Hashing")),
  });
  report.step(l10n.t("Checking what was written"));
  try {
    const checking = Date.now();
    const onProgress = (bytes: DigestProgress): void =>
      report.step(l10n.t("Checking what was written: {0}", bytesProgressText(bytes, Date.now() - checking)));
    // What was not read to be signed need not be read to see that it is what was signed; the verdict says so.
    const reading = result.coverage.bytesFromCache > 0 ? "cached" : "full";
    const options = { asked: true, mode: reading, signal, onProgress } as const;
    return { result, verdict: await checker.check(model.path, "files", options) };
  } catch (error) {
    if (isCancellation(error)) return { result };
    throw error;
  }
}

function tellSigned(
  model: KnownModel,
  way: SigningWay,
  result: SignResult,
  verdict: Verdict | undefined,
  services: Services,
): void {
  const { bytes, bytesFromCache } = result.coverage;
  const done = way.done(modelName(model), result);
  const signed =
    bytesFromCache === 0
      ? done
      : `${done} ${l10n.t("{0} of {1} had not changed and were not read again.", bytesText(bytesFromCache), bytesText(bytes))}`;
  const offer = verdict === undefined ? undefined : way.offerTrust(verdict);
  if (offer !== undefined) {
    tell(services.log, "information", `${signed} ${offer.text}`, offer.action);
    return;
  }
  tell(services.log, "information", signed, {
    label: l10n.t("Show Signature"),
    run: () => commands.executeCommand(COMMANDS.showSignature, model.path),
  });
}
