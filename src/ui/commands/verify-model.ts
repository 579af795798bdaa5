import { l10n } from "vscode";
import type { ErrorCode } from "../../core/errors.ts";
import { trustLabel } from "../../core/presentation/unknown-signer.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { Action } from "../../platform/commands.ts";
import { isCancellation, notify } from "../../platform/commands.ts";
import { errorText } from "../../platform/log.ts";
import { type ProgressReport, withProgress } from "../../platform/progress.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName, modelSentence } from "../model-text.ts";
import type { Services } from "../services.ts";
import { trustSigner } from "../trusting/trust-signer.ts";
import { selectSigstoreInstance } from "./sigstore-instance.ts";
import { targetModels } from "./targets.ts";

/** Verify Model: hashes every file of the models and shows the verdicts. */
export async function verifyModels(args: readonly unknown[], services: Services): Promise<readonly Verdict[]> {
  return verifyThese(await targetModels(args, "verify", services), services);
}

export async function verifyAll(services: Services): Promise<readonly Verdict[]> {
  const signed = services.registry.models.filter(({ verdict }) => verdict.signature !== undefined);
  return verifyThese(signed.length === 0 ? await targetModels([], "verify", services) : signed, services);
}

async function verifyThese(models: readonly KnownModel[], services: Services): Promise<readonly Verdict[]> {
  const [only] = models;
  if (only === undefined) return [];
  const title =
    models.length === 1 ? l10n.t("Verifying {0}", modelName(only)) : l10n.t("Verifying {0} models", models.length);
  const verdicts = await withProgress(title, (report, signal) => checkEach(models, services, report, signal));
  if (models.length === 1) reportOne(only.path, services);
  else reportMany(verdicts, services);
  return verdicts;
}

async function checkEach(
  models: readonly KnownModel[],
  { checker, log }: Services,
  report: ProgressReport,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const isOne = models.length === 1;
  const options = { asked: true, signal, ...(isOne && { onProgress: report.bytes }) };
  let done = 0;
  const checkOne = async (model: KnownModel): Promise<Verdict> => {
    try {
      return await checker.check(model.path, "files", options);
    } catch (error) {
      if (isOne || isCancellation(error)) throw error;
      log.error(errorText(error));
      return { ...model.verdict, state: "unverifiable" };
    } finally {
      done += 1;
      if (!isOne) report.step(l10n.t("{0} of {1}", done, models.length));
    }
  };
  // The checker runs one at a time, and knows how many are left.
  return Promise.all(models.map(checkOne));
}

const LEVELS = { verified: "information", modified: "error", invalid: "error" } as const;

/** Shows the verdict of one model, with the next action. */
function reportOne(path: string, services: Services): void {
  const model = services.registry.get(path);
  if (model === undefined) return;
  const level = LEVELS[model.verdict.state as keyof typeof LEVELS] ?? "warning";
  notify(services.log, level, modelSentence(model), nextAction(model, services));
}

/** Codes of a keyless signature that another Sigstore instance may verify. */
const OTHER_INSTANCE: readonly ErrorCode[] = [
  "SIGSTORE_AUTHORITY_UNKNOWN",
  "SIGSTORE_LOG_UNKNOWN",
  "SIGSTORE_TIMESTAMP_UNKNOWN",
];

function nextAction(model: KnownModel, services: Services): Action {
  const { state, decision, reasons } = model.verdict;
  const label = trustLabel(model.verdict, l10n.t);
  if (
    label !== undefined &&
    (decision === undefined || decision.reasons.some(({ code }) => code === "POLICY_SIGNER"))
  ) {
    return { label, run: () => trustAndReport(model.path, services) };
  }
  const code = reasons[0]?.code;
  if (state === "unverifiable" && code !== undefined && OTHER_INSTANCE.includes(code)) {
    return { label: l10n.t("Select Sigstore Instance…"), run: () => selectAndVerify(model.path, services) };
  }
  return { label: l10n.t("Show Model"), run: () => services.view.show(model.path) };
}

async function trustAndReport(path: string, services: Services): Promise<void> {
  await trustSigner([path], services);
  reportOne(path, services);
}

async function selectAndVerify(path: string, services: Services): Promise<void> {
  await selectSigstoreInstance(services);
  await verifyModels([path], services);
}

function reportMany(verdicts: readonly Verdict[], services: Services): void {
  const count = (...states: readonly string[]): number => verdicts.filter(({ state }) => states.includes(state)).length;
  const bad = count("modified", "invalid");
  const parts: readonly (readonly [number, string])[] = [
    [count("verified"), l10n.t("verified")],
    [count("untrusted"), l10n.t("signer not accepted")],
    [count("modified"), l10n.t("changed")],
    [count("invalid"), l10n.t("not valid")],
    [count("unverifiable", "stale", "unsigned"), l10n.t("can't be verified")],
  ];
  const text = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`])).join(", ");
  const first = verdicts.find(({ state }) => state !== "verified") ?? verdicts[0];
  const show = { label: l10n.t("Show Models"), run: () => services.view.show(first?.model ?? "") };
  const level = bad > 0 ? "error" : count("verified") === verdicts.length ? "information" : "warning";
  notify(services.log, level, l10n.t("{0} models: {1}.", verdicts.length, text), show);
}
