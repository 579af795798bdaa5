import * as v from "valibot";
import { CancellationError, commands, l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { DigestProgress } from "../../core/hashing/digest-request.ts";
import type { SignOptions, SignResult } from "../../core/operations/sign/sign.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import type { Verdict } from "../../core/verdict.ts";
import { type Action, ActionableError, isCancellation, notify } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { bytesProgressText, type ProgressReport, withProgress } from "../../platform/progress.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import type { SigningAttempt } from "../signing/confirm-signing-several.ts";
import { offerTrust } from "../signing/offer-trust.ts";
import type { SigningMethod } from "../signing/signing-method.ts";
import { requireTrustedWorkspace } from "../trusting/write-policy.ts";
import { FILE, targetModels } from "./targets.ts";

/** For key bindings and other extensions that know the model and the key; the user still confirms. */
const REQUEST = v.object({ model: FILE, privateKey: v.string() });

/**
 * Sign Model: asks for the model, the signing method (the last one first) and a confirmation, then signs and verifies the
 * result. Several selected models are signed one after the other, after one confirmation.
 *
 * @returns the last result
 */
export function signModel(args: readonly unknown[], services: Services): Promise<SignResult> {
  return signSelected(args, services, "chooseSigningMethod");
}

/** Sign Model With Another Method…: the same, but offers every signing method as if none had been used before. */
export function signModelWith(args: readonly unknown[], services: Services): Promise<SignResult> {
  return signSelected(args, services, "chooseAnotherSigningMethod");
}

async function signSelected(
  args: readonly unknown[],
  services: Services,
  choose: "chooseSigningMethod" | "chooseAnotherSigningMethod",
): Promise<SignResult> {
  requireTrustedWorkspace(l10n.t("Signing is disabled in Restricted Mode."));
  const request = v.safeParse(REQUEST, args[0]);
  const models = await targetModels(request.success ? [request.output.model] : args, "sign", services);
  const [first, ...others] = models;
  if (first === undefined) throw new CancellationError();
  const title = others.length === 0 ? l10n.t("Sign {0}", modelName(first)) : l10n.t("Sign {0} models", models.length);
  const method = request.success
    ? await (await import("../signing/sign-with-key.ts")).keySigningMethod(request.output.privateKey, title, services)
    : await (await import("../signing/choose-method.ts"))[choose](title, services).catch((error: unknown) => {
        throw chooseAgain(error, models, services);
      });
  const attempts = await confirmed(models, method, services);
  const doing =
    others.length === 0 ? l10n.t("Signing {0}", modelName(first)) : l10n.t("Signing {0} models", models.length);
  const last = await withProgress(doing, (report, signal) => signEach(attempts, method, services, report, signal));
  // After the progress, which would hide it. The offer to trust the signer is the same for all.
  if (others.length > 0) {
    reportSigned(l10n.t("Signed {0} models.", models.length), last, method, services);
  } else {
    const run = () => commands.executeCommand(COMMANDS.showSignature, first.path);
    const text = `${method.done(modelName(first), last.result)} ${reusedText(last.result)}`.trim();
    reportSigned(text, last, method, services, { label: l10n.t("Show Signature"), run });
  }
  return last.result;
}

/** What the user has confirmed, a question for all models. */
async function confirmed(
  models: readonly KnownModel[],
  method: SigningMethod,
  { registry, engine }: Services,
): Promise<readonly SigningAttempt[]> {
  const attempts = await Promise.all(models.map(async (model) => ({ model, signature: await signaturePath(model) })));
  const [first, ...others] = attempts;
  if (first === undefined || others.length > 0) {
    const { confirmSigningSeveral } = await import("../signing/confirm-signing-several.ts");
    return confirmSigningSeveral(attempts, method, engine);
  }
  const { confirmSigning } = await import("../signing/confirm-signing.ts");
  return [{ ...first, ...(await confirmSigning(first.model, first.signature, method, registry, engine)) }];
}

/** Ends at the first model that cannot be signed, or is not to be: its error says so. */
async function signEach(
  attempts: readonly SigningAttempt[],
  method: SigningMethod,
  services: Services,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<Signed> {
  const isSeveral = attempts.length > 1;
  let last: Signed | undefined;
  for (const [index, attempt] of attempts.entries()) {
    if (signal.aborted) throw new CancellationError();
    const name = modelName(attempt.model);
    const place = l10n.t("{0} of {1}, {2}", index + 1, attempts.length, name);
    const inPlace: ProgressReport = {
      step: (text) => report.step(`${place}: ${text}`),
      // In words only: the bar would be full after the first model.
      bytes: (bytes, doing = "") => report.step(`${place}: ${doing} ${bytesProgressText(bytes, 0)}`),
    };
    if (isSeveral) report.step(place);
    last = await signUntilDone(attempt, method, services, isSeveral ? inPlace : report, signal);
    for (const warning of last.result.warnings) services.log.warn(warning);
    if (isSeveral) services.log.info(method.done(name, last.result));
  }
  if (last === undefined) throw new CancellationError();
  return last;
}

/** Lets the user choose another key or certificate without choosing the model again. */
function chooseAgain(error: unknown, models: readonly KnownModel[], services: Services): unknown {
  if (!(error instanceof ProvenanceError) || !/^(KEY|CERTIFICATE|PKCS11|KMS)_/.test(error.code)) return error;
  const paths = models.map(({ path }) => path);
  const run = () => signModelWith([paths[0], paths], services);
  return new ActionableError(error.message, { label: l10n.t("Choose Again…"), run }, { cause: error });
}

/** The path of the existing signature, otherwise the default path. */
async function signaturePath(model: KnownModel): Promise<string> {
  const { defaultSignaturePath } = await import("../../core/operations/sign/sign.ts");
  return model.verdict.signature ?? defaultSignaturePath(model.path, model.kind);
}

interface Signed {
  readonly result: SignResult;
  /** Absent if the check after signing was cancelled. */
  readonly verdict?: Verdict;
}

type Attempt = SigningAttempt & Pick<SignOptions, "force" | "allowIncomplete">;

/** Signs the model. If that is rejected, signs again with what the user agreed to. */
async function signUntilDone(
  first: Attempt,
  method: SigningMethod,
  services: Services,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<Signed> {
  for (let attempt = first; ; ) {
    try {
      return await signAndCheck(attempt, method, services, report, signal);
    } catch (error) {
      const { confirmOverride } = await import("../signing/confirm-override.ts");
      const agreed = await confirmOverride(error, modelName(attempt.model));
      const ignorePaths = [...(attempt.ignorePaths ?? []), ...(agreed.ignorePaths ?? [])];
      attempt = { ...attempt, ...agreed, ignorePaths };
    }
  }
}

async function signAndCheck(
  { model, ...attempt }: Attempt,
  method: SigningMethod,
  { checker, engine }: Services,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<Signed> {
  const result = await engine.sign({
    ...attempt,
    model: model.path,
    identity: await method.identity(report, signal),
    confirmReplacement: async (replacement) => {
      const { confirmReplacement } = await import("../signing/confirm-replacement.ts");
      return confirmReplacement(modelName(model), replacement);
    },
    signal,
    onProgress: (bytes) => report.bytes(bytes, l10n.t("Hashing")),
  });
  report.step(l10n.t("Verifying the signature"));
  try {
    const checking = Date.now();
    const onProgress = (bytes: DigestProgress): void =>
      report.step(l10n.t("Verifying the signature: {0}", bytesProgressText(bytes, Date.now() - checking)));
    // Digests that came from the cache to be signed need not be computed to be verified; the verdict says so.
    const reading = result.coverage.bytesFromCache > 0 ? "cached" : "full";
    const options = { asked: true, mode: reading, signal, onProgress } as const;
    return { result, verdict: await checker.check(model.path, "files", options) };
  } catch (error) {
    if (isCancellation(error)) return { result };
    throw error;
  }
}

function reportSigned(
  text: string,
  { verdict }: Signed,
  method: SigningMethod,
  services: Services,
  ...more: readonly Action[]
): void {
  const offer = verdict && offerTrust(verdict, method.publicKey, services);
  const sentences = [text, ...(offer === undefined ? [] : [offer.text])];
  const actions = offer === undefined ? more : [offer.action, ...more];
  notify(services.log, "information", sentences.join(" "), ...actions);
}

function reusedText({ coverage: { bytes, bytesFromCache }, replaced }: SignResult): string {
  if (bytesFromCache === 0 || replaced?.changes.matches === false) return "";
  return bytesFromCache === bytes
    ? l10n.t("Reused cached digests for all files.")
    : l10n.t("Reused cached digests for {0} of {1}.", bytesText(bytesFromCache), bytesText(bytes));
}
