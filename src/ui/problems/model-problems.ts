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
import type { Comparison } from "../../core/manifest/comparison.ts";
import type { Decision, PolicyReference } from "../../core/policy/decision.ts";
import type { Place, Policy } from "../../core/policy/policy.ts";
import type { Verdict } from "../../core/verdict.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { firstChangedFiles } from "../changed-files.ts";
import { modelName, verdictSentence } from "../model-text.ts";
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
 * What is wrong with a model: at its signature, where a person can see who signed it; a signature that is missing, at
 * the pattern of the policy that demands it.
 *
 * @param path of the model, as patterns are compared with it
 * @param policies those that have a say where the model is
 */
export function problemsOf(model: KnownModel, path: string, policies: readonly Policy[]): readonly ModelProblem[] {
  const verdict = lastReached(model);
  const { state, signature, decision } = verdict;
  if (state === "unsigned") return demands(model, path, verdict.decision, policies);
  if (signature === undefined) return [];
  const at = (code: ModelProblemCode, text: string, severity: DiagnosticSeverity): ModelProblem => {
    const uri = Uri.file(signature);
    return { model: model.path, code, uri, diagnostic: entry(code, text, severity, new Range(0, 0, 0, 0)) };
  };
  const told = { ...model, verdict };
  if (state === "invalid") return [at("invalid", verdictSentence(told), DiagnosticSeverity.Error)];
  const problems: ModelProblem[] = [];
  if (state === "modified" && verdict.comparison !== undefined) {
    const problem = at("modified", verdictSentence(told), DiagnosticSeverity.Error);
    problem.diagnostic.relatedInformation = files(model.path, problem.uri, verdict.comparison);
    problems.push(problem);
  }
  const refusal = refusalText(told, decision);
  if (refusal !== undefined) {
    const severity = decision?.outcome === "warned" ? DiagnosticSeverity.Information : DiagnosticSeverity.Warning;
    const problem = at("refused", refusal, severity);
    problem.diagnostic.relatedInformation = rules(decision);
    problems.push(problem);
  }
  return problems;
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

const NOT_THE_SIGNER: ReadonlySet<string> = new Set(["POLICY_INVALID", "POLICY_FILES", "POLICY_NOT_AUTHENTIC"]);

/** What a policy has against the model, beside what is told already: a changed file, or an error in the policy file. */
function refusalText(model: KnownModel, decision: Decision | undefined): string | undefined {
  if (decision === undefined || (decision.outcome !== "refused" && decision.outcome !== "warned")) return undefined;
  const reasons = decision.reasons.filter(({ code }) => !NOT_THE_SIGNER.has(code)).map(({ message }) => message);
  if (reasons.length === 0) return undefined;
  return l10n.t("{0} is not accepted. {1}", modelName(model), reasons.join(" "));
}

function rules(decision: Decision | undefined): DiagnosticRelatedInformation[] {
  return (decision?.policies ?? [])
    .filter(({ satisfied }) => !satisfied)
    .map(
      ({ policy }) =>
        new DiagnosticRelatedInformation(location(policy), l10n.t("The policy {0}", plainText(policy.name))),
    );
}

function demands(
  model: KnownModel,
  path: string,
  decision: Decision | undefined,
  policies: readonly Policy[],
): ModelProblem[] {
  const demanding = (decision?.policies ?? []).filter(({ reasons }) =>
    reasons.some(({ code }) => code === "POLICY_SIGNATURE_REQUIRED"),
  );
  return demanding.map(({ policy: reference, mode }) => {
    const place = rulePlace(reference, path, policies);
    const name = plainText(reference.name);
    const text = l10n.t("{0} is not signed, and the policy {1} demands a signature.", modelName(model), name);
    const severity = mode === "warn" ? DiagnosticSeverity.Information : DiagnosticSeverity.Warning;
    const { uri, range } = location(place);
    return { model: model.path, code: "unsigned", uri, diagnostic: entry("unsigned", text, severity, range) };
  });
}

/** The pattern that covers the model, or the policy as a whole. */
function rulePlace(reference: PolicyReference, path: string, policies: readonly Policy[]): Place {
  const policy = policies.find(({ place }) => place.file === reference.file && place.line === reference.line);
  const index = policy?.models.findIndex((glob) => glob.matches(path)) ?? -1;
  return policy?.modelPlaces[index] ?? reference;
}

/** To the end of the line: how long a rule is, is not known. */
function location({ file, line, column }: Place): Location {
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
