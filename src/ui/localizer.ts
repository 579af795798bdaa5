import { env, l10n } from "vscode";
import { localizer } from "../core/presentation/localizer.ts";

/** Texts, numbers and times in the editor's language. */
export const EDITOR = localizer(l10n.t, env.language);

let isPrepared = false;

/**
 * Loads the language's data, which blocks the thread for some fifteen milliseconds, in a turn of its own instead of with
 * everything else that a new verdict updates.
 */
export function prepareTimeText(): void {
  if (isPrepared) return;
  isPrepared = true;
  setImmediate(() => EDITOR.time(new Date().toISOString()));
}
