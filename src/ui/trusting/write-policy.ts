import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { CancellationError, commands, l10n, TabInputTextDiff, type Uri, window, workspace } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { PlannedEdit, PolicyChange } from "../../core/policy/editing/plan-edit.ts";
import type { TextChange } from "../../core/replace-file.ts";
import { ActionableError } from "../../platform/commands.ts";
import { messageText, plainText } from "../../platform/plain-text.ts";
import { textUri } from "../reports/report-documents.ts";
import type { Services } from "../services.ts";
import type { PolicyDestination } from "./destinations.ts";
import { openSyncedDocument } from "./synced-document.ts";

/** Refuses to write a policy in Restricted Mode, or what the message says. */
export function requireTrustedWorkspace(message = l10n.t("Policies can't be changed in Restricted Mode.")): void {
  if (workspace.isTrusted) return;
  throw new ActionableError(message, {
    label: l10n.t("Manage Workspace Trust"),
    run: () => commands.executeCommand("workbench.trust.manage"),
  });
}

/**
 * Refuses to write a policy into a signed model, which an added file would change.
 *
 * @throws ActionableError
 */
export async function assertOutsideSignedModels(path: string): Promise<void> {
  const { enclosingSignedModel } = await import("../../core/policy/editing/signed-model.ts");
  const model = await enclosingSignedModel(path);
  if (model === undefined) return;
  const message = l10n.t(
    "{0} would be inside the signed model {1} and invalidate its signature. Open the folder above the model and create the policy there, or use your personal policy file.",
    basename(path),
    model,
  );
  const action = { label: l10n.t("Open Folder…"), run: () => commands.executeCommand("vscode.openFolder") };
  throw new ActionableError(message, action);
}

/** Requires that the editor has no other text of the file than the disk. @throws ActionableError */
export async function openSaved(path: string): Promise<void> {
  const document = await openSyncedDocument(path);
  if (!document.isDirty) return;
  const message = l10n.t("{0} has unsaved changes. Save it and try again.", basename(path));
  throw new ActionableError(message, { label: l10n.t("Save"), run: () => document.save() });
}

/** Plans a change of the file's text, which has to be the same in the editor and on the disk. */
export async function planChange({ file, policy }: PolicyDestination, change: PolicyChange): Promise<PlannedEdit> {
  await assertOutsideSignedModels(file.path);
  await openSaved(file.path);
  const text = await readFile(file.path, "utf8");
  const { planEdit } = await import("../../core/policy/editing/plan-edit.ts");
  const { name, location } = policy;
  return planEdit({ path: file.path, text, policy: name, line: location.line }, change);
}

export interface Question {
  readonly title: string;
  /** Paragraphs before the text. */
  readonly before: readonly string[];
  /** Exactly what is written: lines, with their line ends. */
  readonly text: string;
  /** Paragraphs after it. */
  readonly after: readonly string[];
  /** The button that writes. */
  readonly button: string;
  readonly change: TextChange;
}

/** Lines of a text that a dialog shows; a longer one is shown as a diff. */
const DIALOG_LINES = 24;

/**
 * Shows what would be written, and asks.
 *
 * @throws CancellationError if the answer is not the button
 */
export async function confirmWriting(question: Question): Promise<void> {
  requireShowable(question.text);
  const { title, button, text } = question;
  const lines = dedented(text);
  if (lines.length > DIALOG_LINES) return confirmBesideDiff(question);
  const diff = l10n.t("Show Changes");
  const paragraphs = [...question.before, lines.map(unbroken).join("\n"), ...question.after];
  const detail = paragraphs.join("\n\n").split("\n").map(messageText).join("\n");
  const answer = await window.showInformationMessage(messageText(title), { modal: true, detail }, button, diff);
  if (answer === diff) return confirmBesideDiff(question);
  if (answer !== button) throw new CancellationError();
}

/** Keeps a dialog from breaking a long line behind its indentation. */
function unbroken(line: string): string {
  return line.replace(/^ +/, (margin) => "\u00a0".repeat(margin.length));
}

/** Asks in a notification, as a dialog would hide the diff. */
async function confirmBesideDiff(question: Question): Promise<void> {
  const { title, button, change } = question;
  const name = basename(change.path);
  const now = textUri(change.path, change.before ?? "");
  const planned = textUri(change.path, change.after);
  const heading = l10n.t("{0}: Proposed Changes", name);
  await commands.executeCommand("vscode.diff", now, planned, plainText(heading), { preview: true });
  // A sentence that introduces the text is not needed beside the diff.
  const sentences = [title, ...question.before.filter((text) => !text.endsWith(":")), ...question.after];
  const text = messageText(sentences.join(" "));
  try {
    if ((await window.showInformationMessage(text, button, l10n.t("Cancel"))) !== button) throw new CancellationError();
  } finally {
    await closeDiff(planned);
  }
}

async function closeDiff(planned: Uri): Promise<void> {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const shown = tabs.filter(
    ({ input }) => input instanceof TabInputTextDiff && input.modified.toString() === planned.toString(),
  );
  await window.tabGroups.close(shown);
}

/** The lines without their common indentation. */
function dedented(text: string): string[] {
  const lines = text
    .replaceAll("\r\n", "\n")
    .replace(/^\n|\n$/g, "")
    .split("\n");
  const margins = lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length);
  const margin = Math.min(...margins);
  return lines.map((line) => line.slice(margin).replaceAll("\t", "  "));
}

/** Refuses text that cannot be shown as it is. */
function requireShowable(text: string): void {
  const lines = text.split(/\r?\n/).map((line) => line.replaceAll("\t", "  "));
  if (lines.every((line) => plainText(line) === line)) return;
  const message = l10n.t(
    "The signer's name contains characters that are invisible or change how text is shown. Nothing was written.",
  );
  throw new ProvenanceError("POLICY_INVALID", message);
}

/**
 * Shows what would be written, and writes it if the user agrees: never over a file that changed meanwhile, in the editor or
 * on the disk. Where the file is open, the editor reads it again as one step that can be undone.
 *
 * @throws CancellationError, ActionableError, ProvenanceError POLICY_INVALID
 */
export async function writeAsShown(question: Question, { policies }: Pick<Services, "policies">): Promise<void> {
  await confirmWriting(question);
  const { change } = question;
  if (change.before !== undefined) await openSaved(change.path);
  const { replaceText } = await import("../../core/replace-file.ts");
  await replaceText(change);
  policies.changed();
  await openSyncedDocument(change.path);
}
