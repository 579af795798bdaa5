import { RE2JS, RE2JSException } from "re2js";

/** Instructions of a compiled expression: with this many, a text of 100 kB takes seconds at worst. */
export const MAX_PROGRAM = 2000;

/** Characters of an expression. A longer one is not compiled: repetitions can make millions of instructions of it. */
const MAX_LENGTH = 1000;

/** Instructions of all regular expressions of a file: ten thousand ordinary ones have half as many, and compile in seconds. */
const MAX_FILE_PROGRAM = 1_500_000;

/** One escape, quoted text, character class, or single character. Any text is a sequence of these. */
const TOKEN = /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]|[\s\S]/gu;

/** What can stand in front of an expression's anchor without changing it: flags other than `m` (every line). */
const LEADING_FLAGS = /^\(\?[isU]+\)/;

/** A regular expression in RE2's syntax, run in time linear in the text. It matches any part of the text, as Sigstore's do. */
export class RegularExpression {
  readonly source: string;
  #engine: RE2JS | undefined;

  constructor(source: string) {
    this.source = source;
  }

  /** Whether it matches some part of the text. An empty text is no claim, and nothing matches it. */
  test(text: string): boolean {
    if (text === "") return false;
    this.#engine ??= RE2JS.compile(this.source);
    return this.#engine.matcher(text).find();
  }
}

export interface RegExpRemark {
  readonly code: "regexp" | "regexp-too-large" | "regexp-unanchored" | "regexp-dot";
  readonly message: string;
}

/** Checks the expressions of one file; their total size is limited, too. */
export class RegExpChecker {
  #left = MAX_FILE_PROGRAM;

  /** The expression, if it is valid, with errors and warnings about it. */
  read(source: string): { compiled?: RegularExpression; remarks: readonly RegExpRemark[] } {
    const rejected = (code: RegExpRemark["code"], message: string) => ({ remarks: [{ code, message }] });
    if (source.length > MAX_LENGTH) {
      const message = `This regular expression is too long: it has ${source.length} characters, and ${MAX_LENGTH} are allowed.`;
      return rejected("regexp-too-large", message);
    }
    // Compiling is what takes long, so nothing more is compiled once the budget is spent.
    if (this.#left < 0) {
      return rejected("regexp-too-large", "The regular expressions of this file are too large together.");
    }
    try {
      const size = RE2JS.compile(source).programSize();
      this.#left -= size;
      if (size <= MAX_PROGRAM) {
        return { compiled: new RegularExpression(source), remarks: regExpSuspicions(source) };
      }
      const message = `This regular expression is too large: ${size} steps a character, and ${MAX_PROGRAM} are allowed.`;
      return rejected("regexp-too-large", message);
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      const why = error.message.replace(/^error parsing regexp: /, "");
      return rejected("regexp", `Not a regular expression in RE2's syntax: ${why}.`);
    }
  }
}

/**
 * Warnings about what a valid expression probably accepts unintentionally. Anchors are only recognized where they are
 * usually written: at both ends of each alternative.
 */
export function regExpSuspicions(source: string): RegExpRemark[] {
  const suspicions: RegExpRemark[] = [];
  const branches = alternatives(source);
  const everyLine = /\(\?[isU]*m/.test(source);
  const open = [
    ...(everyLine || !branches.every(isAnchoredAtStart) ? ["at its beginning (^)"] : []),
    ...(everyLine || !branches.every((tokens) => ["$", "\\z"].includes(tokens.at(-1) ?? "")) ? ["at its end ($)"] : []),
  ];
  if (open.length > 0) {
    const message = `This regular expression is not anchored ${open.join(" and ")}: any longer text that contains a match is accepted.`;
    suspicions.push({ code: "regexp-unanchored", message });
  }
  if (branches.some(hasDotBetweenWords)) {
    const message = '"." matches any character here. Write \\. for a dot.';
    suspicions.push({ code: "regexp-dot", message });
  }
  return suspicions;
}

/** The tokens of each alternative that is not inside a group. */
function alternatives(source: string): string[][] {
  const branches: string[][] = [[]];
  let depth = 0;
  for (const token of source.replace(LEADING_FLAGS, "").match(TOKEN) ?? []) {
    if (token === "(") depth++;
    else if (token === ")") depth--;
    if (token === "|" && depth === 0) branches.push([]);
    else branches.at(-1)?.push(token);
  }
  return branches;
}

/** A repeated anchor (`^*`, `^?`) need not match. */
function isAnchoredAtStart([first = "", second = ""]: readonly string[]): boolean {
  return (first === "^" || first === "\\A") && !["*", "?", "{"].includes(second);
}

function hasDotBetweenWords(tokens: readonly string[]): boolean {
  const isWord = (token: string | undefined): boolean => token !== undefined && /^[\p{L}\p{N}]$/u.test(token);
  return tokens.some((token, index) => token === "." && isWord(tokens[index - 1]) && isWord(tokens[index + 1]));
}
