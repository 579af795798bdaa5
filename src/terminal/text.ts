/** Text for a terminal: escaped first, coloured after, so that nothing from a bundle or a file name reaches it raw. */

export type Style = "green" | "blue" | "amber" | "red" | "bold" | "dim";

export interface Span {
  readonly text: string;
  readonly style?: Style;
}

/** One line, without its end. */
export type Line = readonly (string | Span)[];

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, amber: 33, blue: 34 };

/** Controls, formatting characters (direction and width), lone surrogates, line and paragraph separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Shows every character that could move the cursor, hide or reorder text: ESC becomes `\x1b`, U+202E `\u{202e}`. */
export function escapeControls(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

export function renderLine(line: Line, colour: boolean): string {
  return line
    .map((part) => {
      const span = typeof part === "string" ? { text: part } : part;
      const text = escapeControls(span.text);
      return colour && span.style !== undefined && text !== "" ? `\x1b[${CODES[span.style]}m${text}\x1b[0m` : text;
    })
    .join("");
}

/** JSON that is safe to print: `JSON.stringify` leaves DEL, C1 controls and direction marks as they are. */
export function renderJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(UNSAFE, (character) => {
    // JSON.stringify escapes what lies below U+0020 inside strings: the rest are its own line ends.
    if (character === "\n") return character;
    return Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
    }).join("");
  });
}
