import { l10n, type QuickPickItem, QuickPickItemKind, window } from "vscode";
import type { FileList, IgnoredEntry } from "../../core/model/file-list.ts";
import { bytesText } from "../../core/words.ts";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";
import { entrySize } from "./entry-sizes.ts";

/** Rows that a list takes without making the window wait. */
const ROWS = 2_000;

/** Lists every file that a signature will cover, and what it leaves out; typing filters. */
export async function showFiles(name: string, list: FileList, left: readonly IgnoredEntry[]): Promise<void> {
  const covered = list.files.slice(0, ROWS);
  const ignored = await Promise.all(left.slice(0, ROWS).map((entry) => entrySize(list.root, entry.name)));
  const separator = (label: string): QuickPickItem => ({ label, kind: QuickPickItemKind.Separator });
  const more = list.files.length - covered.length;
  const items: QuickPickItem[] = [
    separator(l10n.t("Covered ({0})", list.files.length)),
    ...covered.map((file) => row(file.name, file.size, "file")),
    ...(more > 0 ? [{ label: l10n.t("… and {0} more", more) }] : []),
    ...(left.length === 0 ? [] : [separator(l10n.t("Left out ({0})", left.length))]),
    ...ignored.map((entry) => row(entry.name, entry.bytes, "circle-slash")),
  ];
  await window.showQuickPick(items, {
    title: messageText(l10n.t("Files of {0}", name)),
    placeHolder: l10n.t("Press Escape to go back to the question"),
    ignoreFocusOut: true,
  });
}

function row(name: string, bytes: number | undefined, icon: string): QuickPickItem {
  return {
    label: messageText(name),
    iconPath: themeIcon(icon),
    ...(bytes === undefined ? {} : { description: bytesText(bytes) }),
  };
}
