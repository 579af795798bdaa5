/** A string in source code that may name a model. Its value is the source text; nothing is evaluated. */
export interface CodeString {
  readonly value: string;
  /** Offsets in UTF-16 code units, without quotes, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export type CodeLanguage = "python" | "json" | "yaml" | "toml" | "markdown";

/** UTF-16 code units. A longer text is generated data and is skipped. */
export const LONGEST_TEXT = 200_000;
/** Longer strings are skipped, not cut. */
const LONGEST_VALUE = 512;

const READERS: Readonly<Record<CodeLanguage, (text: string) => readonly CodeString[]>> = {
  python: pythonStrings,
  json: (text) => captured(text, JSON_TOKEN).map(unescaped),
  toml: (text) => captured(text, TOML_TOKEN).map(unescaped),
  yaml: (text) => captured(text, YAML_TOKEN),
  markdown: markdownStrings,
};

/** Returns the strings of a source text that may name a model, in order. Linear in the text; none if it is too long. */
export function stringsInCode(text: string, language: CodeLanguage): readonly CodeString[] {
  if (text.length > LONGEST_TEXT) return [];
  return READERS[language](text).filter(({ start, end }) => start < end && end - start <= LONGEST_VALUE);
}

// Each pattern matches comments and strings, and captures the values of strings. An unclosed string matches without a
// capture, up to where it could have been closed, so no character is searched twice.

function token(...alternatives: readonly string[]): RegExp {
  return new RegExp(alternatives.join("|"), "gms");
}

function delimited(delimiter: string, content: string): string {
  return `${delimiter}(${content})${delimiter}|${delimiter}${content}`;
}

function quoted(quote: string): string {
  return delimited(quote, String.raw`(?:\\.|[^${quote}\\\n])*`);
}

function tripleQuoted(quote: string): string {
  const quotes = quote.repeat(3);
  return delimited(quotes, String.raw`(?:\\.|(?!${quotes})[^\\])*`);
}

export const LINE_COMMENT = String.raw`#[^\n]*`;
/** Sources of patterns, each with one group: the text between the quotes, where they are closed. */
export const PYTHON_STRINGS = [tripleQuoted('"'), tripleQuoted("'"), quoted('"'), quoted("'")] as const;
const PYTHON_TOKEN = token(LINE_COMMENT, ...PYTHON_STRINGS);
const JSON_TOKEN = token(String.raw`//[^\n]*`, String.raw`/\*.*?(?:\*/|(?![^]))`, quoted('"'));
const TOML_TOKEN = token(
  LINE_COMMENT,
  tripleQuoted('"'),
  delimited("'''", "(?:(?!''')[^])*"),
  quoted('"'),
  delimited("'", String.raw`[^'\n]*`),
);
const YAML_TOKEN = token(
  LINE_COMMENT,
  String.raw`[-?:](?=\s|$)`,
  quoted('"'),
  delimited("'", String.raw`(?:''|[^'\n])*`),
  // A plain scalar: ends before an indicator, a colon with a space, or a comment.
  String.raw`([^\s[\]{},](?:[^\s[\]{},:]+|:(?!\s|$)|[ \t]+(?=[^#\s]))*)`,
);
const MARKDOWN_FENCE = /^ {0,3}(?:`{3,}|~{3,})/;
const MARKDOWN_TOKEN = token("`([^`]*)`", String.raw`\]\(([^)]*)\)|\]\([^)]*`);
const MARKDOWN_WORD = token("([^ \\t\\r\"'`()[\\]{}<>,;=]+)");

interface Captured extends CodeString {
  /** Offsets of the whole token. */
  readonly open: number;
  readonly close: number;
}

function captured(text: string, pattern: RegExp, offset = 0): Captured[] {
  const found: Captured[] = [];
  for (const match of text.matchAll(pattern)) {
    const [all, ...groups] = match;
    const value = groups.find((group) => group !== undefined);
    if (value === undefined) continue;
    const start = offset + match.index + all.indexOf(value);
    const end = start + value.length;
    found.push({ value, start, end, open: match.index, close: match.index + all.length });
  }
  return found;
}

function unescaped(string: CodeString): CodeString {
  return { ...string, value: string.value.replace(/\\(["'\\/])/g, "$1") };
}

/** Characters before and between Python strings that are searched. */
const GAP = 24;
const PREFIX = /(?:^|\W)([rbfut]{1,2})$/i;
const DIVIDED = /^\s*\)?\s*\/\s*$/;
const NEXT_ARGUMENT = /^\s*,\s*$/;
const JOINS = /(?:\bPath|\bjoin|\bjoinpath)\s*\(\s*$/;

/** Returns the strings of Python code; `Path("models") / "x"` and `os.path.join("models", "x")` give `models` and `models/x`. */
function pythonStrings(text: string): CodeString[] {
  let last = 0;
  let path = "";
  let joins = false;
  return captured(text, PYTHON_TOKEN).flatMap((string) => {
    const prefix = PREFIX.exec(text.slice(Math.max(0, string.open - 3), string.open))?.[1] ?? "";
    // The value of an f-string is known only at run time.
    if (/[ft]/i.test(prefix) && string.value.includes("{")) return [];
    const value = /r/i.test(prefix) ? string.value : unescaped(string).value;
    const open = string.open - prefix.length;
    const gap = text.slice(last, Math.min(open, last + GAP + 1));
    const continues =
      path !== "" && path.length <= LONGEST_VALUE && (DIVIDED.test(gap) || (joins && NEXT_ARGUMENT.test(gap)));
    if (!continues) joins = JOINS.test(text.slice(Math.max(0, open - GAP), open));
    path = continues && !/^[\\/]/.test(value) ? `${path.replace(/[\\/]+$/, "")}/${value}` : value;
    last = string.close;
    return [{ value: path, start: string.start, end: string.end }];
  });
}

/** Returns code spans and link targets; in fenced code, every word. */
function markdownStrings(text: string): CodeString[] {
  let fenced = false;
  return [...text.matchAll(/[^\n]+/g)].flatMap(({ 0: line, index }) => {
    if (!MARKDOWN_FENCE.test(line)) return captured(line, fenced ? MARKDOWN_WORD : MARKDOWN_TOKEN, index);
    fenced = !fenced;
    return [];
  });
}
