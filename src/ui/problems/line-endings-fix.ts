import { existsSync } from "node:fs";
import { join } from "node:path";
import { CodeAction, CodeActionKind, type Diagnostic, l10n, Position, Uri, WorkspaceEdit, workspace } from "vscode";
import type { KnownModel } from "../../workspace/registry.ts";

/**
 * The line in the model's `.gitattributes` that keeps git from converting its line ends, where that is why files changed.
 * It is added at the end: of several lines, the last one counts.
 */
export function keepLineEndings({ path, verdict }: KnownModel, diagnostic: Diagnostic): CodeAction[] {
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
