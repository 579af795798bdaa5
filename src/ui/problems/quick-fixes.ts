import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  CodeAction,
  CodeActionKind,
  type Diagnostic,
  l10n,
  Position,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  workspace,
} from "vscode";
import { isToolFilesOnly } from "../../core/manifest/innocent-differences.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import { trustLabel, unknownSigner } from "../../core/presentation/unknown-signer.ts";
import { COMMANDS, type CommandId } from "../../platform/ids.ts";
import { middleShortened, plainText } from "../../platform/plain-text.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";
import { ignorablePaths } from "../trusting/ignore-path.ts";
import type { ModelProblem } from "./model-problems.ts";
import { SOURCE } from "./problem-codes.ts";

/** Files for which ignoring is offered. */
const IGNORABLE = 3;
/** Characters of a name in a menu. */
const SHORT = 40;

type Find = (uri: Uri, diagnostic: Diagnostic) => readonly ModelProblem[];

/** Quick fixes for the problems in a document, and in a signature for a signer who is not accepted. */
export function quickFixes(
  { uri }: TextDocument,
  diagnostics: readonly Diagnostic[],
  registry: ModelRegistry,
  find: Find,
): CodeAction[] {
  const own = diagnostics.filter(({ source }) => source === SOURCE);
  const actions = own.flatMap((diagnostic) =>
    find(uri, diagnostic).flatMap(({ model: path }) => {
      const model = registry.get(path);
      return model === undefined ? [] : fixesFor(model, diagnostic);
    }),
  );
  if (actions.length > 0) return withoutRepetition(actions);
  const signed = registry.signedBy(uri.fsPath);
  return signed === undefined || !isSignerUnaccepted(signed) ? [] : [...trust(signed), explain(signed)];
}

function fixesFor(model: KnownModel, diagnostic: Diagnostic): CodeAction[] {
  const verify = action(model, l10n.t("Verify {0} Again", name(model)), COMMANDS.verifyModel, diagnostic);
  const compare = action(model, l10n.t("Compare {0} With Its Signature", name(model)), COMMANDS.compare, diagnostic);
  const sign = action(model, l10n.t("Sign {0}…", name(model)), COMMANDS.signModel, diagnostic);
  const pin = action(model, l10n.t("Pin the Bytes of {0}…", name(model)), COMMANDS.pinModel, diagnostic);
  switch (diagnostic.code) {
    // What resolves a problem comes first. None of it is preferred: the editor would apply that without a look.
    case "invalid":
      return [...signAgain(model, diagnostic), verify];
    case "modified":
      return [
        ...keepLineEndings(model, diagnostic),
        ...ignore(model, diagnostic),
        ...signAgain(model, diagnostic),
        compare,
        verify,
        explain(model, diagnostic),
      ];
    case "refused":
      return [...trust(model, diagnostic), ...ignore(model, diagnostic), explain(model, diagnostic), verify];
    case "unsigned":
      return [...(workspace.isTrusted ? [preferred(sign), pin] : []), explain(model, diagnostic)];
    default:
      return [];
  }
}

/** Whether only the signer keeps the model from being accepted. */
function isSignerUnaccepted({ verdict }: KnownModel): boolean {
  const { state, decision } = verdict;
  if (decision?.reasons.some(({ code }) => code === "POLICY_SIGNER") === true) return true;
  if (decision !== undefined && decision.outcome !== "uncovered") return false;
  return state === "untrusted" || unknownSigner(verdict) !== undefined;
}

function trust(model: KnownModel, diagnostic?: Diagnostic): CodeAction[] {
  if (!workspace.isTrusted || !isSignerUnaccepted(model)) return [];
  const { signer, decision } = model.verdict;
  // A root certificate is trusted for all models that name it, not for this one.
  const isRoot = decision === undefined && unknownSigner(model.verdict)?.kind === "certificate";
  const title = isRoot
    ? (trustLabel(model.verdict, l10n.t) ?? "")
    : signer === undefined
      ? l10n.t("Trust the Signer of {0}…", name(model))
      : l10n.t("Trust {0}…", middleShortened(plainText(signerText(signer, l10n.t)), SHORT));
  return [preferred(action(model, title, COMMANDS.trustSigner, diagnostic))];
}

/** Files that are not signed can be ignored by the policy that covers the model; those of tools all at once. */
export function ignore(model: KnownModel, diagnostic: Diagnostic): CodeAction[] {
  const { verdict } = model;
  const paths = ignorablePaths(verdict);
  if (!workspace.isTrusted) return [];
  if (isToolFilesOnly(verdict) && paths.length > 1) {
    const title = l10n.t("Ignore {0} Files in {1}…", paths.length, name(model));
    return [action(model, title, COMMANDS.ignorePath, diagnostic)];
  }
  if (verdict.decision === undefined || verdict.decision.policies.length === 0) return [];
  return paths.slice(0, IGNORABLE).map((path) => {
    const title = l10n.t("Ignore {0} in {1}…", middleShortened(plainText(path), SHORT), name(model));
    return action(model, title, COMMANDS.ignorePath, diagnostic, path);
  });
}

/** Signing shows first what has changed since the signature that it replaces. */
export function signAgain(model: KnownModel, diagnostic: Diagnostic): CodeAction[] {
  if (!workspace.isTrusted) return [];
  return [action(model, l10n.t("Sign {0} Again…", name(model)), COMMANDS.signModel, diagnostic)];
}

function explain(model: KnownModel, diagnostic?: Diagnostic): CodeAction {
  return action(model, l10n.t("Explain the Decision on {0}", name(model)), COMMANDS.explainDecision, diagnostic);
}

function name(model: KnownModel): string {
  return middleShortened(modelName(model), SHORT);
}

export function action(
  model: KnownModel,
  title: string,
  command: CommandId,
  diagnostic: Diagnostic | undefined,
  ...more: readonly string[]
): CodeAction {
  const made = new CodeAction(title, CodeActionKind.QuickFix);
  made.command = { command, title, arguments: [model.path, ...more] };
  if (diagnostic !== undefined) made.diagnostics = [diagnostic];
  return made;
}

function preferred(made: CodeAction): CodeAction {
  made.isPreferred = true;
  return made;
}

/** Two problems of one model have fixes in common. */
function withoutRepetition(actions: readonly CodeAction[]): CodeAction[] {
  return [...Map.groupBy(actions, ({ title }) => title).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    first.diagnostics = [first, ...others].flatMap(({ diagnostics = [] }) => diagnostics);
    return [first];
  });
}

/**
 * The line in the model's `.gitattributes` that keeps git from converting its line ends, where that is why files changed.
 * It is added at the end: of several lines, the last one counts.
 */
function keepLineEndings({ path, verdict }: KnownModel, diagnostic: Diagnostic): CodeAction[] {
  const line = verdict.reasons.find(({ code }) => code === "FILE_LINE_ENDINGS")?.details["line"];
  if (typeof line !== "string" || !workspace.isTrusted) return [];
  const file = join(path, ".gitattributes");
  const edit = new WorkspaceEdit();
  const isThere = existsSync(file);
  if (!isThere) edit.createFile(Uri.file(file), { ignoreIfExists: true });
  const end = new Position(isThere ? Number.MAX_SAFE_INTEGER : 0, 0);
  edit.insert(Uri.file(file), end, isThere ? `\n${line}\n` : `${line}\n`);
  const fix = new CodeAction(l10n.t('Add "{0}" to .gitattributes', line), CodeActionKind.QuickFix);
  fix.edit = edit;
  fix.diagnostics = [diagnostic];
  return [fix];
}
