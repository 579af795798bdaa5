import { homedir } from "node:os";
import { basename, dirname } from "node:path";
import {
  CancellationError,
  l10n,
  type OpenDialogOptions,
  type QuickPickItem,
  type QuickPickOptions,
  Uri,
  window,
  workspace,
} from "vscode";
import { messageText } from "../platform/plain-text.ts";
import { themeIcon } from "./theme.ts";

/** @throws CancellationError if the user picks no item */
export async function pickItem<T extends QuickPickItem>(
  items: readonly T[],
  { title = "", ...options }: QuickPickOptions,
): Promise<T> {
  const chosen = await window.showQuickPick(items, { title: messageText(title), ...options });
  if (chosen === undefined) throw new CancellationError();
  return chosen;
}

/** As {@link pickItem}, but a single item is not asked about. */
export async function pickOne<T extends QuickPickItem>(items: readonly T[], options: QuickPickOptions): Promise<T> {
  const [only, ...others] = items;
  return only !== undefined && others.length === 0 ? only : pickItem(items, options);
}

/**
 * The dialog starts in the first folder of the workspace, otherwise in the user's home folder, unless the options say where.
 *
 * @returns an absolute path
 * @throws CancellationError if the user picks no file
 */
export async function pickFile({ defaultUri, ...options }: OpenDialogOptions): Promise<string> {
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file");
  const start = defaultUri ?? folder?.uri ?? Uri.file(homedir());
  const [uri] = (await window.showOpenDialog({ openLabel: l10n.t("Choose"), defaultUri: start, ...options })) ?? [];
  if (uri === undefined) throw new CancellationError();
  return uri.fsPath;
}

/**
 * Asks in a modal dialog. Text of others is escaped here.
 *
 * @param paragraphs the lines of each
 * @param buttons Enter presses the first
 * @returns the button, undefined if the user closes the dialog
 */
export async function askInDialog(
  level: "information" | "warning" | "error",
  question: string,
  paragraphs: readonly (readonly string[])[],
  ...buttons: string[]
): Promise<string | undefined> {
  const filled = paragraphs.filter((lines) => lines.length > 0);
  const detail = filled.map((lines) => lines.map(messageText).join("\n")).join("\n\n");
  const { showInformationMessage: information, showWarningMessage: warning, showErrorMessage: error } = window;
  return { information, warning, error }[level](messageText(question), { modal: true, detail }, ...buttons);
}

export interface RecentFileQuestion {
  readonly title: string;
  readonly placeHolder: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** Absolute paths; those used before first. */
  readonly files: readonly string[];
  /** Whether the first was used last. */
  readonly hasLast: boolean;
  /** Label of the item that opens a dialog. */
  readonly other: string;
  browse(): Promise<string>;
}

/** Asks for one of these files, or for another in a dialog. @throws CancellationError */
export async function pickRecentFile(question: RecentFileQuestion): Promise<string> {
  const { title, placeHolder, icon, files, hasLast, other, browse } = question;
  const items: (QuickPickItem & { readonly file?: string })[] = files.map((file, index) => ({
    file,
    label: messageText(basename(file)),
    description: messageText(dirname(file)),
    iconPath: themeIcon(icon),
    ...(index === 0 && hasLast && { detail: l10n.t("last used") }),
  }));
  items.push({ label: other, iconPath: themeIcon("folder-opened") });
  const { file } = await pickItem(items, { title, placeHolder, matchOnDescription: true });
  return file ?? browse();
}
