import { CodeLens, type Command, l10n, Range, type TextDocument } from "vscode";
import { type PolicyPatterns, patternsIn } from "../../core/policy/authoring/patterns.ts";
import { Glob, globProblem } from "../../core/policy/glob.ts";
import type { VerdictState } from "../../core/verdict.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import type { Services } from "../services.ts";
import { placeOfPolicy } from "./policy-documents.ts";

/** States in which the files are not verified. */
const OPEN: ReadonlySet<VerdictState> = new Set(["unchecked", "checking", "stale"]);

export function lensesOf(document: TextDocument, services: Pick<Services, "registry" | "policies">): CodeLens[] {
  const { registry, policies } = services;
  const { folder, covers } = placeOfPolicy(document, policies);
  if (covers === "none") return [notRead()];
  const models = registry.models.filter((model) => covers === "all" || model.folder === folder);
  return patternsIn(document.getText()).flatMap((rule) => ruleLenses(document, rule, models));
}

/** One lens for all patterns of a policy, at the first that matches a model, and one at each that matches none. */
function ruleLenses(
  document: TextDocument,
  { policy, patterns }: PolicyPatterns,
  models: readonly KnownModel[],
): readonly CodeLens[] {
  const valid = patterns.filter(({ text }) => globProblem(text) === undefined);
  const found = valid.map((pattern) => {
    const glob = new Glob(pattern.text);
    return { pattern, matching: models.filter((model) => glob.matches(locateModel(model).path)) };
  });
  const all = [...new Set(found.flatMap(({ matching }) => matching))];
  const first = found.find(({ matching }) => matching.length > 0);
  const unmatched = found.filter(({ matching }) => matching.length === 0);
  const lens = ({ pattern: { start, end } }: (typeof found)[number], shown: readonly KnownModel[]): CodeLens =>
    new CodeLens(new Range(document.positionAt(start), document.positionAt(end)), {
      ...lensCommand(shown),
      title: lensTitle(shown, document.uri.fsPath, policy),
    });
  return [...(first === undefined ? [] : [lens(first, all)]), ...unmatched.map((pattern) => lens(pattern, []))];
}

function lensCommand(models: readonly KnownModel[]): Omit<Command, "title"> {
  const paths = models.map(({ path }) => path);
  if (paths.length === 0) return { command: "" };
  return { command: COMMANDS.showModel, tooltip: l10n.t("Show these models"), arguments: [paths[0], paths] };
}

/** Whether the model is verified and this policy accepts it. */
function isAcceptedBy({ verdict }: KnownModel, file: string, name: string): boolean {
  if (verdict.state !== "verified") return false;
  const decisions = verdict.decision?.policies ?? [];
  return decisions.some(({ policy, satisfied }) => satisfied && policy.file === file && policy.name === name);
}

function lensTitle(models: readonly KnownModel[], file: string, policy: string): string {
  const all = models.length;
  if (all === 0) return l10n.t("No model matches");
  const accepted = models.filter((model) => isAcceptedBy(model, file, policy)).length;
  const open = models.filter(({ verdict }) => OPEN.has(verdict.state)).length;
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
