import { l10n } from "vscode";

/** `a, b and 3 more`: the first names, and how many names follow. Not escaped: a dialog escapes its lines. */
export function nameList(names: readonly string[], shown: number, count = names.length): string {
  const list = names.slice(0, shown).join(", ");
  const more = count - Math.min(names.length, shown);
  return more > 0 ? l10n.t("{0} and {1} more", list, more) : list;
}
