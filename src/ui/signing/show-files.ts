import { l10n, type QuickPickItem, QuickPickItemKind, window } from "vscode";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";

export interface FileGroup {
  readonly label: string;
  /** Name of a codicon. */
  readonly icon: string;
  readonly files: readonly { readonly name: string; readonly size?: string }[];
  /** Of all files of the group; not all are in `files`. */
  readonly count: number;
}

/** Lists files that a question is about; typing filters. Resolves when the list is closed. */
export async function showFiles(
  title: string,
  groups: readonly FileGroup[],
  notes: readonly string[] = [],
): Promise<void> {
  const items: QuickPickItem[] = groups
    .filter(({ count }) => count > 0)
    .flatMap(({ label, icon, files, count }) => [
      { label: l10n.t("{0} ({1})", label, count), kind: QuickPickItemKind.Separator },
      ...files.map(({ name, size }) => ({
        label: messageText(name),
        iconPath: themeIcon(icon),
        ...(size === undefined ? {} : { description: size }),
      })),
      ...(count > files.length ? [{ label: l10n.t("… and {0} more", count - files.length) }] : []),
    ]);
  await window.showQuickPick([...notes.map((label) => ({ label })), ...items], {
    title: messageText(title),
    placeHolder: l10n.t("Press Escape to go back"),
    ignoreFocusOut: true,
  });
}
