import { type CodeString, LONGEST_VALUE } from "./code-string.ts";

export interface QuotedString extends CodeString {
  /** Offset of the opening quote, of its prefix where it has one. */
  readonly open: number;
  /** Offset after the closing quote. */
  readonly close: number;
}

export interface QuoteRules {
  readonly quotes: readonly string[];
  /** Three quotes begin a string of several lines. */
  readonly triple: boolean;
  /** What a comment up to the end of the line begins with. */
  readonly comments: readonly string[];
  /** Comments that span lines: `/*`. */
  readonly blockComments: boolean;
  /** Letters before a quote change what the string means, as in Python. */
  readonly prefixes: boolean;
  /** Quotes whose strings know no escapes. */
  readonly literal: readonly string[];
}

export const PYTHON: QuoteRules = {
  quotes: ['"', "'"],
  triple: true,
  comments: ["#"],
  blockComments: false,
  prefixes: true,
  literal: [],
};

export const TOML: QuoteRules = { ...PYTHON, prefixes: false, literal: ["'"] };

export const JSON_RULES: QuoteRules = {
  quotes: ['"'],
  triple: false,
  comments: ["//"],
  blockComments: true,
  prefixes: false,
  literal: [],
};

const PREFIX = /(?:^|[^\w])([rbfut]{1,2})$/i;

/** Returns the quoted strings of a text in order. Linear in the text. */
export function quotedStrings(text: string, rules: QuoteRules): QuotedString[] {
  const found: QuotedString[] = [];
  for (let at = 0; at < text.length; ) {
    const comment = afterComment(text, at, rules);
    if (comment > at) {
      at = comment;
      continue;
    }
    const quote = text.charAt(at);
    if (!rules.quotes.includes(quote)) {
      at += 1;
      continue;
    }
    const triple = rules.triple && text.startsWith(quote.repeat(3), at);
    const start = at + (triple ? 3 : 1);
    const escapes = !rules.literal.includes(quote);
    const end = closing(text, start, quote, triple, escapes);
    if (end === undefined) {
      // Unclosed, as while typing: skip to where it could have been closed.
      at = triple ? text.length : orEnd(text.indexOf("\n", start), text);
      continue;
    }
    const close = end + (triple ? 3 : 1);
    const prefix = rules.prefixes ? (PREFIX.exec(text.slice(Math.max(0, at - 3), at))?.[1] ?? "") : "";
    const value = readValue(text, start, end, prefix, escapes);
    if (value !== undefined) found.push({ value, start, end, open: at - prefix.length, close });
    at = close;
  }
  return found;
}

/** The offset after the comment that begins here; the same offset where none does. */
function afterComment(text: string, at: number, { comments, blockComments }: QuoteRules): number {
  if (comments.some((mark) => text.startsWith(mark, at))) return orEnd(text.indexOf("\n", at), text);
  if (!blockComments || !text.startsWith("/*", at)) return at;
  const end = text.indexOf("*/", at + 2);
  return end < 0 ? text.length : end + 2;
}

function orEnd(index: number, text: string): number {
  return index < 0 ? text.length : index;
}

/** The offset of the closing quote; undefined where the line, or the text, ends before it. */
function closing(text: string, start: number, quote: string, triple: boolean, escapes: boolean): number | undefined {
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\" && escapes) at += 1;
    else if (character === "\n" && !triple) return undefined;
    else if (character === quote && (!triple || text.startsWith(quote.repeat(3), at))) return at;
  }
  return undefined;
}

/** The value as written; undefined if it cannot be a path. */
function readValue(text: string, start: number, end: number, prefix: string, escapes: boolean): string | undefined {
  if (end <= start || end - start > LONGEST_VALUE) return undefined;
  const written = text.slice(start, end);
  // The value of an f-string is known only at run time.
  if (/[ft]/i.test(prefix) && written.includes("{")) return undefined;
  if (!escapes || /r/i.test(prefix) || !written.includes("\\")) return written;
  return written.replace(/\\(["'\\/])/g, "$1");
}
