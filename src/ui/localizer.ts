import { env, l10n } from "vscode";
import { localizer } from "../core/presentation/localizer.ts";

/** The user's language and clock. */
export const EDITOR = localizer(l10n.t, env.language);

let isPrepared = false;

/**
 * Makes the first time text quick: reading a language's data holds the thread for some fifteen milliseconds, which here
 * is a turn of its own, and otherwise comes on top of all that a new verdict changes.
 */
export function prepareTimeText(): void {
  if (isPrepared) return;
  isPrepared = true;
  setImmediate(() => EDITOR.time(new Date().toISOString()));
}
