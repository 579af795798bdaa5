import { l10n, type QuickInputButton, type QuickPickItem, ThemeIcon, window } from "vscode";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import type { SigningPreview } from "../../engine/signing-preview.ts";
import { messageText } from "../../platform/plain-text.ts";

const ALL_FILES: QuickInputButton = {
  iconPath: new ThemeIcon("list-flat"),
  get tooltip() {
    return l10n.t("Show All Files");
  },
};

type ToolFileItem = QuickPickItem & { readonly file: string };

/**
 * Shows the files that tools added, with check boxes: checked files are excluded from the signature, each by its path.
 *
 * @param excluded the files that are excluded so far
 * @param showAll lists all files of the model
 * @returns the files that are excluded now
 */
export function chooseToolFiles(
  name: string,
  toolFiles: SigningPreview["toolFiles"],
  excluded: readonly string[],
  showAll: () => Promise<void>,
): Promise<readonly string[]> {
  const pick = window.createQuickPick<ToolFileItem>();
  pick.title = messageText(l10n.t("Files of {0} that tools added", name));
  pick.placeholder = l10n.t("Checked files are excluded from the signature");
  pick.canSelectMany = true;
  pick.ignoreFocusOut = true;
  pick.buttons = [ALL_FILES];
  pick.items = toolFiles.map(({ name: file, size }) => ({
    label: messageText(file),
    description: bytesText(size),
    file,
  }));
  pick.selectedItems = pick.items.filter(({ file }) => excluded.includes(file));
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  let showsAll = false;
  pick.onDidAccept(() => {
    resolve(pick.selectedItems.map(({ file }) => file));
    pick.hide();
  });
  pick.onDidTriggerButton(() => {
    showsAll = true;
    showAll().then(() => resolve(excluded), reject);
  });
  // The list of all files hides this one.
  pick.onDidHide(() => {
    if (!showsAll) resolve(excluded);
  });
  pick.show();
  return promise.finally(() => pick.dispose());
}
