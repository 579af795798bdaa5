import { Hover, l10n, MarkdownString, type Position, Range, type TextDocument } from "vscode";
import { explainPolicy } from "../../core/policy/authoring/explain.ts";
import { escapeMarkdown } from "../../platform/markdown-text.ts";

/** Returns the description of the field at the position. For JSON the editor shows the description itself, so only an example is added. */
export function explanation(document: TextDocument, position: Position): Hover | undefined {
  const found = explainPolicy(document.getText(), document.offsetAt(position));
  if (found === undefined) return undefined;
  const { title, description, required, usual, example, start, end } = found;
  const shown = new MarkdownString();
  if (document.languageId === "yaml") {
    const facts = [
      ...(required ? [l10n.t("required")] : []),
      ...(usual === undefined ? [] : [l10n.t("default: {0}", usual)]),
    ];
    const heading = [`**${escapeMarkdown(title)}**`, ...facts.map(escapeMarkdown)].join(" · ");
    shown.appendMarkdown(`${heading}\n\n${escapeMarkdown(description)}\n\n`);
  } else if (example === undefined) return undefined;
  if (example !== undefined) shown.appendCodeblock(example, "yaml");
  return new Hover(shown, new Range(document.positionAt(start), document.positionAt(end)));
}
