import { CodeAction, CodeActionKind, type Diagnostic, l10n, type TextDocument } from "vscode";
import { COMMANDS, type CommandId } from "../../platform/ids.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";
import { SOURCE } from "../problems/problem-codes.ts";
import { referenceAt } from "./model-references.ts";

/** Returns the quick fixes where code loads a model that failed verification. */
export async function codeFixes(
  document: TextDocument,
  diagnostics: readonly Diagnostic[],
  registry: ModelRegistry,
): Promise<CodeAction[]> {
  const actions: CodeAction[] = [];
  for (const diagnostic of diagnostics.filter(({ source }) => source === SOURCE)) {
    const reference = await referenceAt(document, document.offsetAt(diagnostic.range.start), registry);
    if (reference === undefined) continue;
    const { path } = reference.model;
    const add = (title: string, command: CommandId): void => {
      const action = new CodeAction(title, CodeActionKind.QuickFix);
      action.command = { command, title, arguments: [path] };
      action.diagnostics = [diagnostic];
      actions.push(action);
    };
    if (diagnostic.code === "modified") add(l10n.t("Compare With Signature"), COMMANDS.compare);
    add(l10n.t("Show Signature"), COMMANDS.showSignature);
    add(l10n.t("Verify Again"), COMMANDS.verifyModel);
  }
  return actions;
}
