import { plainText } from "./plain-text.ts";

/** ASCII punctuation that is markup, but not after a backslash (CommonMark 2.4). */
const MARKUP = /[\\`*_{}[\]()#+\-!~=$]/g;

/**
 * Punctuation that needs a character reference (CommonMark 2.5) instead of a backslash: `<scheme:…>`, a bare address and
 * a mail address become links, `<` begins HTML, `&` a reference, and `|` a column.
 */
const LINKING = /[&<>@|]|:(?=\/)|(?<=www)\./gi;

/**
 * Escapes text of others for Markdown, on one line: nothing in it is markup, a link, an icon or a list. All such text in a
 * `MarkdownString` goes through it: the editor's own `appendText` leaves `<command:…>` a link.
 */
export function escapeMarkdown(text: string): string {
  return plainText(text)
    .replace(MARKUP, "\\$&")
    .replace(LINKING, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/ +/g, breakingSpaces);
}

/**
 * Lines break between words, but not after the first, which might be the number of a list. Keeps spaces that Markdown
 * would drop, or turn into a code block.
 */
function breakingSpaces(run: string, at: number, text: string): string {
  const isFirst = !text.slice(0, at).includes(" ");
  const isLast = at + run.length === text.length;
  const fixed = isFirst || isLast ? run.length : run.length - 1;
  return "&nbsp;".repeat(fixed) + run.slice(fixed);
}

/**
 * Text of others as a Markdown code span on one line (CommonMark 6.1): nothing in it is markup, an address, a mention
 * or a reference to an issue, wherever it is pasted. Backslashes would not do: GitHub makes mentions after them.
 */
export function codeSpan(text: string): string {
  const shown = plainText(text);
  if (shown.trim() === "") return shown === "" ? "(empty)" : "(blank)";
  const runs = [...shown.matchAll(/`+/g)].map(([run]) => run.length);
  // The shortest fence that does not occur inside.
  let length = 1;
  while (runs.includes(length)) length += 1;
  const fence = "`".repeat(length);
  // Markdown removes one space on either side; a backtick would join the fence.
  const padded = /^[` ]|[` ]$/.test(shown) ? ` ${shown} ` : shown;
  return fence + padded + fence;
}
