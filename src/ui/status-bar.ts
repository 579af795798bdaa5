import { l10n, type MarkdownString, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from "vscode";
import { isAlarm, isToolFilesOnly } from "../core/manifest/innocent-differences.ts";
import { trustLabel } from "../core/presentation/unknown-signer.ts";
import { VERDICT_LABELS, verdictLabel } from "../core/presentation/verdict-labels.ts";
import type { Verdict } from "../core/verdict.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { COMMANDS } from "../platform/ids.ts";
import { onSettingChanged, setting } from "../platform/settings.ts";
import type { Checker, CheckProgress } from "../workspace/checker.ts";
import type { KnownModel, ModelRegistry } from "../workspace/registry.ts";
import { notedUnknownSigners, type UnknownSignerGroup } from "../workspace/unknown-signers.ts";
import { worstFirst } from "../workspace/worst-first.ts";
import { HoverText } from "./hover.ts";
import { distinctName, modelDescription } from "./model-text.ts";
import { unknownSignerClaim, unknownSignerSentence } from "./unknown-signer-text.ts";

/** Models named in the tooltip; the view has them all. */
const ROWS = 12;
/** Missing keys and root certificates named there. */
const GROUPS = 3;

export interface Summary {
  readonly icon: string;
  readonly text: string;
  readonly background?: "statusBarItem.errorBackground" | "statusBarItem.warningBackground";
}

/** The status bar item: the most severe verdict, in a few words. Hidden without models. */
export class StatusBar {
  readonly #registry: ModelRegistry;
  readonly #checker: Pick<Checker, "progress">;
  readonly #store = new DisposableStore();
  readonly #item: StatusBarItem;

  constructor({ registry, checker }: { registry: ModelRegistry; checker: Pick<Checker, "progress"> }) {
    this.#registry = registry;
    this.#checker = checker;
    this.#item = this.#store.add(window.createStatusBarItem("modelProvenance.summary", StatusBarAlignment.Left, 10));
    this.#item.name = l10n.t("Model Provenance");
    this.#store.add(registry.onDidChange(() => this.#update()));
    this.#store.add(onSettingChanged(["statusBar"], () => this.#update()));
    this.#update();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #update(): void {
    const { models } = this.#registry;
    if (models.length === 0 || !setting("statusBar")) {
      this.#item.hide();
      return;
    }
    const { icon, text, background } = summary(models, this.#checker.progress);
    this.#item.text = `$(${icon}) ${text}`;
    this.#item.backgroundColor = background === undefined ? undefined : new ThemeColor(background);
    this.#item.accessibilityInformation = { label: l10n.t("Model Provenance: {0}", text), role: "button" };
    this.#item.tooltip = tooltip(models);
    const [shown] = worstFirst(models, 1);
    this.#item.command = {
      command: COMMANDS.showModel,
      title: l10n.t("Show Models"),
      arguments: shown === undefined ? [] : [shown.path],
    };
    this.#item.show();
  }
}

/**
 * The most severe verdict; an unreadable policy is less severe than a failure only.
 *
 * @param progress of the checks of several models
 */
export function summary(models: readonly KnownModel[], progress?: CheckProgress): Summary {
  const red = redSummary(models);
  if (unreadablePolicies(models).length === 0) return red ?? restSummary(models, progress);
  if (red !== undefined) return { ...red, text: l10n.t("{0}, policy can't be read", red.text) };
  const text = l10n.t("Policy can't be read, no signer accepted");
  return { icon: "warning", background: "statusBarItem.warningBackground", text };
}

/** The errors in policies, by the decisions on these models; each once. */
function unreadablePolicies(models: readonly KnownModel[]): readonly string[] {
  const reasons = models.flatMap(({ verdict, before }) => (verdict.decision ?? before?.decision)?.reasons ?? []);
  return [...new Set(reasons.filter(({ code }) => code === "POLICY_INVALID").map(({ message }) => message))];
}

function redSummary(models: readonly KnownModel[]): Summary | undefined {
  const failed = models.filter(({ verdict }) => isAlarm(verdict)).length;
  if (failed === 0) return undefined;
  const text = l10n.t("{0} of {1} models failed verification", failed, models.length);
  return { icon: VERDICT_LABELS.modified.icon, background: "statusBarItem.errorBackground", text };
}

function restSummary(models: readonly KnownModel[], progress: CheckProgress | undefined): Summary {
  const count = (state: string): number => models.filter(({ verdict }) => verdict.state === state).length;
  const all = models.length;
  const untrusted = count("untrusted");
  const verified = count("verified");
  const checking = models.find(({ verdict }) => verdict.state === "checking");
  if (progress !== undefined && progress.total > 1) {
    return { icon: VERDICT_LABELS.checking.icon, text: l10n.t("{0} of {1}", progress.done, progress.total) };
  }
  if (checking !== undefined) return { icon: VERDICT_LABELS.checking.icon, text: percentText(checking) };
  if (untrusted > 0) {
    const text = untrusted === 1 ? l10n.t("1 signer not accepted") : l10n.t("{0} signers not accepted", untrusted);
    return { icon: VERDICT_LABELS.untrusted.icon, background: "statusBarItem.warningBackground", text };
  }
  const added = models.filter(({ verdict }) => isToolFilesOnly(verdict)).length;
  if (added > 0) {
    const text =
      added === 1 ? l10n.t("1 model with files added by tools") : l10n.t("{0} models with files added by tools", added);
    return { icon: "warning", background: "statusBarItem.warningBackground", text };
  }
  const demanded = models.filter(({ verdict }) => verdict.state === "unsigned" && isCaution(verdict)).length;
  if (demanded > 0) {
    const text = demanded === 1 ? l10n.t("1 signature missing") : l10n.t("{0} signatures missing", demanded);
    return { icon: "warning", background: "statusBarItem.warningBackground", text };
  }
  if (verified === 0) {
    const isSigned = models.some(({ verdict }) => verdict.signature !== undefined);
    return { icon: VERDICT_LABELS.unchecked.icon, text: isSigned ? noneVerifiedText(all) : modelsText(all) };
  }
  const text = verified === all ? modelsText(all) : l10n.t("{0} of {1} models", verified, all);
  return { icon: VERDICT_LABELS.verified.icon, text };
}

function isCaution(verdict: Verdict): boolean {
  return verdictLabel(verdict, l10n.t).colour === "amber";
}

function modelsText(count: number): string {
  return count === 1 ? l10n.t("1 model") : l10n.t("{0} models", count);
}

function noneVerifiedText(count: number): string {
  return count === 1 ? l10n.t("1 model, not verified") : l10n.t("{0} models, none verified", count);
}

function percentText({ progress }: KnownModel): string {
  if (progress === undefined || progress.bytesTotal === 0) return l10n.t("Checking…");
  return l10n.t("{0} %", Math.floor((progress.bytesDone / progress.bytesTotal) * 100));
}

function tooltip(models: readonly KnownModel[]): MarkdownString {
  const rows = worstFirst(models, ROWS).map((model) => ({
    mark: verdictLabel(model.verdict, l10n.t).mark,
    name: distinctName(model, models),
    model: model.path,
    description: modelDescription(model),
  }));
  const hover = new HoverText();
  for (const message of unreadablePolicies(models)) hover.text(message).paragraph();
  for (const group of notedUnknownSigners(models).slice(0, GROUPS)) addUnknownSigner(hover, group);
  hover.table(l10n.t("Model Provenance"), rows);
  if (models.length > ROWS) hover.paragraph().text(l10n.t("… and {0} more", models.length - ROWS));
  return hover.markdown;
}

/** What is missing to verify several models, and the action that changes it. */
function addUnknownSigner(hover: HoverText, group: UnknownSignerGroup): void {
  const [first] = group.models;
  const label = first && trustLabel(first.verdict, l10n.t);
  if (first === undefined || label === undefined) return;
  const claim = unknownSignerClaim(group);
  hover.text([unknownSignerSentence(group), ...(claim === undefined ? [] : [claim]), ""].join(" "));
  hover.link(label, COMMANDS.trustSigner, first.path).paragraph();
}
