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
import { firstChangedFiles, isUndownloaded } from "../../core/manifest/changed-files.ts";
import type { Comparison } from "../../core/manifest/comparison.ts";
import { isToolFilesOnly, unknownFirst } from "../../core/manifest/innocent-differences.ts";
import type { Decision, PolicyReference } from "../../core/policy/decision.ts";
import type { Policy } from "../../core/policy/policy.ts";
import type { SourceLocation } from "../../core/policy/source-location.ts";
import { plainText } from "../../platform/plain-text.ts";
import { type KnownModel, lastReached } from "../../workspace/registry.ts";
import { modelName, modelProblemSentence } from "../model-text.ts";
import { type ModelProblemCode, SOURCE } from "./problem-codes.ts";

/** Files that a problem links to; the tree has them all. */
const FILES = 50;

/** A problem and its model. */
export interface ModelProblem {
  readonly model: string;
  readonly code: ModelProblemCode;
  readonly uri: Uri;
  readonly diagnostic: Diagnostic;
}

/**
 * The problems of a model: failures at its signature, rejections by a policy at the pattern of that policy.
 *
 * @param policies of the model's folder
 */
export function problemsOf(model: KnownModel, policies: readonly Policy[]): readonly ModelProblem[] {
  const verdict = lastReached(model);
  const { state, signature, decision, comparison } = verdict;
  const decided = { ...model, verdict };
  const rejected = decision === undefined || state === "invalid" ? [] : rejections(decided, decision, policies);
  if (signature === undefined || (state !== "invalid" && state !== "modified")) return rejected;
  const uri = Uri.file(signature);
  const severity = isToolFilesOnly(verdict) ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error;
  const diagnostic = entry(state, modelProblemSentence(decided), severity, new Range(0, 0, 0, 0));
  if (comparison !== undefined) diagnostic.relatedInformation = files(model.path, uri, comparison);
  return [{ model: model.path, code: state, uri, diagnostic }, ...rejected];
}

function entry(code: ModelProblemCode, text: string, severity: DiagnosticSeverity, range: Range): Diagnostic {
  const diagnostic = new Diagnostic(range, plainText(text), severity);
  diagnostic.source = SOURCE;
  diagnostic.code = code;
  return diagnostic;
}

/** Reported as problems of their own: errors in the policy file, and failures at the signature. */
const REPORTED_ELSEWHERE: ReadonlySet<string> = new Set(["POLICY_INVALID", "POLICY_FILES", "POLICY_NOT_AUTHENTIC"]);

function rejections(
  model: KnownModel,
  { policies: decisions, outcome, path }: Decision,
  policies: readonly Policy[],
): ModelProblem[] {
  if (outcome !== "refused" && outcome !== "warned") return [];
  return decisions.flatMap(({ policy: reference, mode, reasons }) => {
    const left = reasons.filter(({ code }) => !REPORTED_ELSEWHERE.has(code));
    if (left.length === 0) return [];
    const demanded = left.some((reason) => reason.code === "POLICY_SIGNATURE_REQUIRED");
    const code = demanded || left.some((reason) => reason.code === "POLICY_PIN") ? "unsigned" : "refused";
    const text = demanded
      ? l10n.t("{0} is not signed, but the policy {1} requires a signature.", modelName(model), reference.name)
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

/** Where the pattern is that covers the model, or the policy. */
function ruleLocation(reference: PolicyReference, path: string, policies: readonly Policy[]): SourceLocation {
  const policy = policies.find(({ location }) => location.file === reference.file && location.line === reference.line);
  const index = policy?.models.findIndex((glob) => glob.matches(path)) ?? -1;
  return policy?.modelLocations[index] ?? reference;
}

/** To the end of the line, as the length of a rule is unknown. */
function location({ file, line, column }: SourceLocation): Location {
  const start = new Position(line - 1, column - 1);
  return new Location(Uri.file(file), new Range(start, new Position(line - 1, Number.MAX_SAFE_INTEGER)));
}

function files(root: string, signature: Uri, comparison: Comparison): DiagnosticRelatedInformation[] {
  const entry = (uri: Uri, text: string): DiagnosticRelatedInformation =>
    new DiagnosticRelatedInformation(new Location(uri, new Range(0, 0, 0, 0)), plainText(text));
  const file = (name: string): Uri => Uri.file(join(root, name));
  return [
    ...firstChangedFiles(comparison, FILES).map(({ name, parts }) => {
      const isWaiting = parts.every(isUndownloaded);
      return entry(file(name), isWaiting ? l10n.t("Not downloaded: {0}", name) : l10n.t("Changed: {0}", name));
    }),
    // There is no file to link to.
    ...comparison.missing.slice(0, FILES).map(({ name }) => entry(signature, l10n.t("Missing: {0}", name))),
    ...unknownFirst(comparison.added)
      .slice(0, FILES)
      .map(({ name }) => entry(file(name), l10n.t("Added, not signed: {0}", name))),
  ].slice(0, FILES);
}
