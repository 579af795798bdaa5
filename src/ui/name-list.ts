import { l10n } from "vscode";

/** Names in one sentence. */
const NAMED = 8;

/** `a, b and 3 more`: the first names, and how many names follow. Not escaped: a dialog escapes its lines. */
export function nameList(names: readonly string[], count = names.length): string {
  const list = names.slice(0, NAMED).join(", ");
  const more = count - Math.min(names.length, NAMED);
  return more > 0 ? l10n.t("{0} and {1} more", list, more) : list;
}
