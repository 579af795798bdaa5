import { type Command, l10n, type Range, type Uri } from "vscode";
import { plainText } from "../platform/plain-text.ts";

/** A row of the tree that shows a fact. */
export interface Row {
  /** Unique below its model, or among the rows about the whole list. */
  readonly id: string;
  readonly icon: string;
  readonly colour?: "green" | "blue" | "amber" | "red";
  readonly label: string;
  readonly description?: string;
  /** Plain text; that of the row if absent. */
  readonly tooltip?: string;
  /** Opened when the row is selected. */
  readonly opens?: Uri;
  /** Where in that file. */
  readonly at?: Range;
  /** Run when the row is selected, where it opens nothing. */
  readonly command?: Command;
  readonly children?: readonly Row[];
  readonly expanded?: boolean;
}

/** Rows listed below one row; the window keeps each in memory. */
export const LISTED = 500;

/**
 * A row with a list of names below it, if there are any.
 *
 * @param rowOf what a name's row has beside the name
 * @param count of all, where `named` are the first
 */
export function listRow<T extends { readonly name: string }>(
  heading: Omit<Row, "children">,
  named: readonly T[],
  rowOf: (item: T) => Partial<Row> = () => ({}),
  count = named.length,
): Row[] {
  if (named.length === 0) return [];
  const { id } = heading;
  const children = named
    .slice(0, LISTED)
    .map((item): Row => ({ id: `${id}:${item.name}`, icon: "dash", label: plainText(item.name), ...rowOf(item) }));
  const more = count - children.length;
  if (more > 0) children.push({ id: `${id}:more`, icon: "ellipsis", label: l10n.t("… and {0} more", more) });
  return [{ ...heading, children }];
}
