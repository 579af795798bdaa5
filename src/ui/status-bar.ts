import { l10n, type MarkdownString, StatusBarAlignment, ThemeColor, window } from "vscode";
import { isAlarm, isToolFilesOnly } from "../core/manifest/innocent-differences.ts";
import { trustLabel } from "../core/presentation/unknown-signer.ts";
import { VERDICT_LABELS, verdictLabel } from "../core/presentation/verdict-labels.ts";
import type { Verdict } from "../core/verdict.ts";
import { type Disposable, DisposableStore } from "../platform/disposables.ts";
import { COMMANDS } from "../platform/ids.ts";
import { escapeMarkdown } from "../platform/markdown-text.ts";
import { onSettingChanged, setting } from "../platform/settings.ts";
import type { Checker, CheckProgress } from "../workspace/checker.ts";
import { decisionOf, type KnownModel, type ModelRegistry } from "../workspace/registry.ts";
import { notedUnknownSigners, type UnknownSignerGroup } from "../workspace/unknown-signers.ts";
import { worstFirst } from "../workspace/worst-first.ts";
import { commandLink, hoverMarkdown } from "./hover.ts";
import { distinctName, modelDescription } from "./model-text.ts";
import { unknownSignerText } from "./unknown-signer-text.ts";

/** Models named in the tooltip; the view has them all. */
const ROWS = 12;
/** Missing keys and root certificates named there. */
const GROUPS = 3;

export interface StatusBarServices {
  readonly registry: ModelRegistry;
  readonly checker: Pick<Checker, "progress">;
}

export interface Summary {
  readonly icon: string;
  readonly text: string;
  readonly background?: "statusBarItem.errorBackground" | "statusBarItem.warningBackground";
}

/** Shows the status bar item: the most severe verdict, in a few words. Hidden without models. */
export function showStatusBar({ registry, checker }: StatusBarServices): Disposable {
  const store = new DisposableStore();
  const item = store.add(window.createStatusBarItem("modelProvenance.summary", StatusBarAlignment.Left, 10));
  item.name = l10n.t("Model Provenance");
  const update = (): void => {
    const { models } = registry;
    if (models.length === 0 || !setting("statusBar")) {
      item.hide();
      return;
    }
    const { icon, text, background } = summary(models, checker.progress);
    item.text = `$(${icon}) ${text}`;
    item.backgroundColor = background === undefined ? undefined : new ThemeColor(background);
    item.accessibilityInformation = { label: l10n.t("Model Provenance: {0}", text), role: "button" };
    item.tooltip = tooltip(models);
    const shown = worstFirst(models, 1).map(({ path }) => path);
    item.command = { command: COMMANDS.showModel, title: l10n.t("Show Models"), arguments: shown };
    item.show();
  };
  store.add(registry.onDidChange(update));
  store.add(onSettingChanged(["statusBar"], update));
  update();
  return store;
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
  return warning("warning", l10n.t("Policy can't be read, no signer accepted"));
}

function warning(icon: string, text: string): Summary {
  return { icon, text, background: "statusBarItem.warningBackground" };
}

/** The errors in policies, by the decisions on these models; each once. */
function unreadablePolicies(models: readonly KnownModel[]): readonly string[] {
  const reasons = models.flatMap((model) => decisionOf(model)?.reasons ?? []);
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
    return warning(VERDICT_LABELS.untrusted.icon, text);
  }
  const added = models.filter(({ verdict }) => isToolFilesOnly(verdict)).length;
  if (added > 0) {
    const text =
      added === 1 ? l10n.t("1 model with files added by tools") : l10n.t("{0} models with files added by tools", added);
    return warning("warning", text);
  }
  const demanded = models.filter(({ verdict }) => verdict.state === "unsigned" && isCaution(verdict)).length;
  if (demanded > 0) {
    const text = demanded === 1 ? l10n.t("1 signature missing") : l10n.t("{0} signatures missing", demanded);
    return warning("warning", text);
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
  const rows = worstFirst(models, ROWS).map((model) => {
    const { mark } = verdictLabel(model.verdict, l10n.t);
    const name = commandLink(distinctName(model, models), COMMANDS.showModel, model.path);
    return `| ${escapeMarkdown(mark)} | ${name} | ${escapeMarkdown(modelDescription(model))} |`;
  });
  const more = models.length - ROWS;
  return hoverMarkdown([
    ...unreadablePolicies(models).map(escapeMarkdown),
    ...notedUnknownSigners(models).slice(0, GROUPS).flatMap(unknownSignerLine),
    [`|   | ${escapeMarkdown(l10n.t("Model Provenance"))} |   |`, "|---|---|---|", ...rows].join("\n"),
    ...(more > 0 ? [escapeMarkdown(l10n.t("… and {0} more", more))] : []),
  ]);
}

/** What is missing to verify several models, and the action that changes it. */
function unknownSignerLine(group: UnknownSignerGroup): string[] {
  const [first] = group.models;
  const label = first && trustLabel(first.verdict, l10n.t);
  if (first === undefined || label === undefined) return [];
  return [`${escapeMarkdown(unknownSignerText(group))} ${commandLink(label, COMMANDS.trustSigner, first.path)}`];
}
