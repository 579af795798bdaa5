import { l10n, type QuickInputButton, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from "vscode";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import type { Engine } from "../../engine/engine.ts";
import type { SigningPreview } from "../../engine/signing-preview.ts";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";

type Sizes = Pick<Engine, "entrySizes">;

/**
 * Shows the files that a signature will cover. Where tools wrote some of them, these have check boxes: what is checked is
 * left out of the signature, each file by its path.
 *
 * @param left what is left out so far, of `list.toolFiles`
 * @returns what is left out now
 */
export async function showFiles(
  name: string,
  list: SigningPreview,
  left: readonly string[],
  engine: Sizes,
): Promise<readonly string[]> {
  if (list.toolFiles.length === 0) {
    await showAllFiles(name, list, engine);
    return [];
  }
  return chooseToolFiles(name, list, left, engine);
}

const ALL_FILES: QuickInputButton = {
  iconPath: new ThemeIcon("list-flat"),
  get tooltip() {
    return l10n.t("Show All Files");
  },
};

type ToolFileItem = QuickPickItem & { readonly file: string };

function chooseToolFiles(
  name: string,
  list: SigningPreview,
  left: readonly string[],
  engine: Sizes,
): Promise<readonly string[]> {
  const pick = window.createQuickPick<ToolFileItem>();
  pick.title = messageText(l10n.t("Files of {0} that tools added", name));
  pick.placeholder = l10n.t("Checked files are left out of the signature");
  pick.canSelectMany = true;
  pick.ignoreFocusOut = true;
  pick.buttons = [ALL_FILES];
  pick.items = list.toolFiles.map((file) => ({ ...row(file.name, file.size), file: file.name }));
  pick.selectedItems = pick.items.filter(({ file }) => left.includes(file));
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  let showsAll = false;
  pick.onDidAccept(() => {
    resolve(pick.selectedItems.map(({ file }) => file));
    pick.hide();
  });
  pick.onDidTriggerButton(() => {
    showsAll = true;
    showAllFiles(name, list, engine).then(() => resolve(left), reject);
  });
  // Another list hides this one.
  pick.onDidHide(() => {
    if (!showsAll) resolve(left);
  });
  pick.show();
  return promise.finally(() => pick.dispose());
}

/** Lists every file that a signature will cover, and what it leaves out; typing filters. */
async function showAllFiles(name: string, list: SigningPreview, engine: Sizes): Promise<void> {
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

/** @param icon absent in a list with check boxes */
function row(name: string, bytes: number | undefined, icon?: string): QuickPickItem {
  return {
    label: messageText(name),
    ...(icon === undefined ? {} : { iconPath: themeIcon(icon) }),
    ...(bytes === undefined ? {} : { description: bytesText(bytes) }),
  };
}
