import { l10n, type QuickPickItem, QuickPickItemKind, window } from "vscode";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import type { Engine } from "../../engine/engine.ts";
import type { SigningPreview } from "../../engine/signing-preview.ts";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";

/** Lists every file that a signature will cover, and what it leaves out; typing filters. */
export async function showFiles(name: string, list: SigningPreview, engine: Pick<Engine, "entrySizes">): Promise<void> {
  const names = list.ignored.map((entry) => entry.name);
  const ignored = await engine.entrySizes(list.root, names);
  const separator = (label: string): QuickPickItem => ({ label, kind: QuickPickItemKind.Separator });
  const more = list.fileCount - list.files.length;
  const items: QuickPickItem[] = [
    separator(l10n.t("Covered ({0})", list.fileCount)),
    ...list.files.map((file) => row(file.name, file.size, "file")),
    ...(more > 0 ? [{ label: l10n.t("… and {0} more", more) }] : []),
    ...(list.ignoredCount === 0 ? [] : [separator(l10n.t("Left out ({0})", list.ignoredCount))]),
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
