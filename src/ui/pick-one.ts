import { CancellationError, type QuickPickItem, window } from "vscode";

/** Asks which of some items is meant; returns a single one without asking. @throws CancellationError */
export async function pickOne<T extends QuickPickItem>(
  items: readonly T[],
  options: { readonly title: string; readonly placeHolder: string },
): Promise<T> {
  const [only, ...others] = items;
  if (only !== undefined && others.length === 0) return only;
  const chosen = await window.showQuickPick(items, { ...options, matchOnDescription: true });
  if (chosen === undefined) throw new CancellationError();
  return chosen;
}
