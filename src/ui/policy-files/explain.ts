import { Hover, l10n, MarkdownString, type Position, Range, type TextDocument } from "vscode";
import { explainPolicy } from "../../core/policy/authoring/explain.ts";

/** What the field under the pointer is for. Of JSON, the editor itself tells the description: only an example is added. */
export function explanation(document: TextDocument, position: Position): Hover | undefined {
  const found = explainPolicy(document.getText(), document.offsetAt(position));
  if (found === undefined) return undefined;
  const { title, description, required, usual, example, start, end } = found;
  const text = new MarkdownString();
  if (document.languageId === "yaml") {
    text.appendMarkdown("**").appendText(title).appendMarkdown("**");
    if (required) text.appendText(` · ${l10n.t("required")}`);
    if (usual !== undefined) text.appendText(` · ${l10n.t("default: {0}", usual)}`);
    text.appendMarkdown("\n\n").appendText(description).appendMarkdown("\n\n");
  } else if (example === undefined) return undefined;
  if (example !== undefined) text.appendCodeblock(example, "yaml");
  return new Hover(text, new Range(document.positionAt(start), document.positionAt(end)));
}
