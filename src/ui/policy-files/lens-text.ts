import { CodeLens, l10n, Range, type TextDocument } from "vscode";
import { type PatternRange, patternsIn } from "../../core/policy/authoring/patterns.ts";
import { Glob, globProblem } from "../../core/policy/glob.ts";
import type { VerdictState } from "../../core/verdict.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import type { Services } from "../services.ts";
import { MAX_EXPLAINED, placeOfPolicy } from "./policy-documents.ts";

/** States in which the files are not verified. */
const OPEN: ReadonlySet<VerdictState> = new Set(["unchecked", "checking", "stale"]);

export function lensesOf(document: TextDocument, services: Pick<Services, "registry" | "policies">): CodeLens[] {
  const { registry, policies } = services;
  const { folder, covers } = placeOfPolicy(document, policies);
  if (covers === "none") return [notRead()];
  const models = registry.models.filter((model) => covers === "all" || model.folder === folder);
  return rulesOf(patternsOf(document)).flatMap((patterns) => ruleLenses(document, patterns, models));
}

/** The patterns of each policy. */
function rulesOf(patterns: readonly PatternRange[]): readonly (readonly PatternRange[])[] {
  const rules: PatternRange[][] = [];
  for (const pattern of patterns) {
    const last = rules.at(-1);
    if (last?.[0]?.policy === pattern.policy) last.push(pattern);
    else rules.push([pattern]);
  }
  return rules;
}

/** One lens for all patterns of a policy, at the first that matches a model, and one at each that matches none. */
function ruleLenses(
  document: TextDocument,
  patterns: readonly PatternRange[],
  models: readonly KnownModel[],
): readonly CodeLens[] {
  const matched = new Set<KnownModel>();
  const unmatched: PatternRange[] = [];
  let first: PatternRange | undefined;
  for (const pattern of patterns) {
    if (globProblem(pattern.pattern) !== undefined) continue;
    const glob = new Glob(pattern.pattern);
    const found = models.filter((model) => glob.matches(locateModel(model).path));
    for (const model of found) matched.add(model);
    if (found.length === 0) unmatched.push(pattern);
    else first ??= pattern;
  }
  return [
    ...(first === undefined ? [] : [lens(document, first, [...matched])]),
    ...unmatched.map((pattern) => lens(document, pattern, [])),
  ];
}

/** Verdicts change more often than a text. */
const known = new WeakMap<TextDocument, { readonly version: number; readonly patterns: readonly PatternRange[] }>();

function patternsOf(document: TextDocument): readonly PatternRange[] {
  const before = known.get(document);
  if (before?.version === document.version) return before.patterns;
  const text = document.getText();
  const patterns = text.length > MAX_EXPLAINED ? [] : patternsIn(text);
  known.set(document, { version: document.version, patterns });
  return patterns;
}

function lens(document: TextDocument, { start, end, policy }: PatternRange, models: readonly KnownModel[]): CodeLens {
  const range = new Range(document.positionAt(start), document.positionAt(end));
  const accepted = models.filter((model) => isAcceptedBy(model, document.uri.fsPath, policy)).length;
  const open = models.filter(({ verdict }) => OPEN.has(verdict.state)).length;
  const paths = models.map(({ path }) => path);
  return new CodeLens(range, {
    title: lensTitle(models.length, accepted, open),
    command: models.length === 0 ? "" : COMMANDS.showModel,
    ...(models.length === 0 ? {} : { tooltip: l10n.t("Show these models"), arguments: [paths[0], paths] }),
  });
}

/** Whether the model is verified and this policy accepts it. */
function isAcceptedBy({ verdict }: KnownModel, file: string, name: string): boolean {
  if (verdict.state !== "verified") return false;
  const decisions = verdict.decision?.policies ?? [];
  return decisions.some(({ policy, satisfied }) => satisfied && policy.file === file && policy.name === name);
}

function lensTitle(all: number, accepted: number, open: number): string {
  if (all === 0) return l10n.t("No model matches");
  const matching = all === 1 ? l10n.t("1 model matches") : l10n.t("{0} models match", all);
  const parts = [matching, l10n.t("{0} accepted", accepted)];
  if (open > 0) parts.push(l10n.t("{0} not checked yet", open));
  return parts.join(", ");
}

function notRead(): CodeLens {
  const title = l10n.t(
    "Not in effect here: policies are read at the top of a workspace folder, and in its folder .sigstore",
  );
  return new CodeLens(new Range(0, 0, 0, 0), { title, command: "" });
}
