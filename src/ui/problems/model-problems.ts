import { join } from "node:path";
import {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  Location,
  l10n,
  Position,
  Range,
  Uri,
} from "vscode";
import { firstChangedFiles } from "../../core/manifest/changed-files.ts";
import type { Comparison } from "../../core/manifest/comparison.ts";
import { isToolFilesOnly } from "../../core/manifest/innocent-differences.ts";
import type { Decision, PolicyReference } from "../../core/policy/decision.ts";
import type { Policy } from "../../core/policy/policy.ts";
import type { SourceLocation } from "../../core/policy/source-location.ts";
import type { Verdict } from "../../core/verdict.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName, modelSentence } from "../model-text.ts";
import { type ModelProblemCode, SOURCE } from "./problem-codes.ts";

/** Files that a problem leads to; the tree has them all. */
const FILES = 50;

/** One entry of the list, and the model that it is about. */
export interface ModelProblem {
  readonly model: string;
  readonly code: ModelProblemCode;
  readonly uri: Uri;
  readonly diagnostic: Diagnostic;
}

/**
 * What is wrong with a model: that it changed, or was never authentic, at its signature, where a person sees who signed
 * it; what a policy has against it, at the pattern of that policy, where a person sees why, and can change it.
 *
 * @param path of the model, as patterns are compared with it
 * @param policies those that have a say where the model is
 */
export function problemsOf(model: KnownModel, path: string, policies: readonly Policy[]): readonly ModelProblem[] {
  const verdict = lastReached(model);
  const { state, signature, decision, comparison } = verdict;
  const told = { ...model, verdict };
  const refused = decision === undefined || state === "invalid" ? [] : refusals(told, decision, path, policies);
  if (signature === undefined || (state !== "invalid" && state !== "modified")) return refused;
  const uri = Uri.file(signature);
  const severity = isToolFilesOnly(verdict) ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error;
  const diagnostic = entry(state, modelSentence(told), severity, new Range(0, 0, 0, 0));
  if (comparison !== undefined) diagnostic.relatedInformation = files(model.path, uri, comparison);
  return [{ model: model.path, code: state, uri, diagnostic }, ...refused];
}

/** While a model is checked again, or waits for that, the cause has not gone. */
function lastReached({ verdict, before }: KnownModel): Verdict {
  return verdict.state === "checking" || verdict.state === "stale" ? (before ?? verdict) : verdict;
}

function entry(code: ModelProblemCode, text: string, severity: DiagnosticSeverity, range: Range): Diagnostic {
  const diagnostic = new Diagnostic(range, plainText(text), severity);
  diagnostic.source = SOURCE;
  diagnostic.code = code;
  return diagnostic;
}

/** Told elsewhere: the error in the policy file, and the files and the signature at the signature. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["POLICY_INVALID", "POLICY_FILES", "POLICY_NOT_AUTHENTIC"]);

function refusals(
  model: KnownModel,
  { policies: decisions, outcome }: Decision,
  path: string,
  policies: readonly Policy[],
): ModelProblem[] {
  if (outcome !== "refused" && outcome !== "warned") return [];
  return decisions.flatMap(({ policy: reference, mode, reasons }) => {
    const left = reasons.filter(({ code }) => !TOLD_ELSEWHERE.has(code));
    if (left.length === 0) return [];
    const code = left.some((reason) => reason.code === "POLICY_SIGNATURE_REQUIRED") ? "unsigned" : "refused";
    const text =
      code === "unsigned"
        ? l10n.t("{0} is not signed, and the policy {1} demands a signature.", modelName(model), reference.name)
        : l10n.t("{0} is not accepted. {1}", modelName(model), left.map(({ message }) => message).join(" "));
    const severity = mode === "warn" ? DiagnosticSeverity.Information : DiagnosticSeverity.Warning;
    const { uri, range } = location(ruleLocation(reference, path, policies));
    const diagnostic = entry(code, text, severity, range);
    const { signature } = model.verdict;
    if (signature !== undefined) {
      const there = new Location(Uri.file(signature), new Range(0, 0, 0, 0));
      const named = l10n.t("The signature of {0}", modelName(model));
      diagnostic.relatedInformation = [new DiagnosticRelatedInformation(there, named)];
    }
    return [{ model: model.path, code, uri, diagnostic }];
  });
}

/** The pattern that covers the model, or the policy as a whole. */
function ruleLocation(reference: PolicyReference, path: string, policies: readonly Policy[]): SourceLocation {
  const policy = policies.find(({ location }) => location.file === reference.file && location.line === reference.line);
  const index = policy?.models.findIndex((glob) => glob.matches(path)) ?? -1;
  return policy?.modelLocations[index] ?? reference;
}

/** To the end of the line: how long a rule is, is not known. */
function location({ file, line, column }: SourceLocation): Location {
  const start = new Position(line - 1, column - 1);
  return new Location(Uri.file(file), new Range(start, new Position(line - 1, Number.MAX_SAFE_INTEGER)));
}

function files(root: string, signature: Uri, comparison: Comparison): DiagnosticRelatedInformation[] {
  const start = new Range(0, 0, 0, 0);
  const here = (name: string): Location => new Location(Uri.file(join(root, name)), start);
  const all: [Location, string][] = [
    ...firstChangedFiles(comparison, FILES).map(({ name }): [Location, string] => [
      here(name),
      l10n.t("Changed: {0}", name),
    ]),
    // There is no file to lead to.
    ...comparison.missing
      .slice(0, FILES)
      .map(({ name }): [Location, string] => [new Location(signature, start), l10n.t("Missing: {0}", name)]),
    ...comparison.added
      .slice(0, FILES)
      .map(({ name }): [Location, string] => [here(name), l10n.t("Added, not signed: {0}", name)]),
  ];
  return all.slice(0, FILES).map(([place, text]) => new DiagnosticRelatedInformation(place, plainText(text)));
}
