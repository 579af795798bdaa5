import { l10n } from "vscode";
import { messageText } from "../platform/plain-text.ts";

/** `a, b and 3 more`: the first names, and how many names follow. */
export function nameList(names: readonly string[], shown: number, count = names.length): string {
  const list = names.slice(0, shown).map(messageText).join(", ");
  const more = count - Math.min(names.length, shown);
  return more > 0 ? l10n.t("{0} and {1} more", list, more) : list;
}
