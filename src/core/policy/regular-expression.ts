import { RE2JS, RE2JSException } from "re2js";
import { hasDotBetweenWords, isAnchored, literalPrefix, parseRegExp, programSize, sampleOf } from "./regexp-syntax.ts";

/** Instructions of a compiled expression: with this many, a text of 100 kB takes seconds at worst. */
export const MAX_PROGRAM = 2000;

/** A regular expression in RE2's syntax, run in time linear in the text. It finds its match anywhere, as Sigstore does. */
export class RegularExpression {
  readonly source: string;
  readonly #prefix: string;
  #engine: RE2JS | undefined;

  constructor(source: string) {
    this.source = source;
    const shape = parseRegExp(source);
    this.#prefix = shape === undefined ? "" : literalPrefix(shape);
  }

  /** Whether it matches some part of the text. An empty text is no claim, and nothing matches it. */
  test(text: string): boolean {
    if (text === "" || !text.startsWith(this.#prefix)) return false;
    this.#engine ??= RE2JS.compile(this.source);
    return this.#engine.matcher(text).find();
  }
}

export type RegExpProblem = { readonly code: "regexp" | "regexp-too-large"; readonly message: string };

/** About how many instructions an expression has; an estimate from above, made without compiling it. */
export function regExpSize(source: string): number {
  const shape = parseRegExp(source);
  return shape === undefined ? source.length : programSize(shape.node);
}

/** Why an expression cannot be used, if it cannot. What is too large is not even compiled. */
export function regExpProblem(source: string): RegExpProblem | undefined {
  const estimate = regExpSize(source);
  // A repetition that RE2 does not take says so below; the estimate is above the real size, but never by this much.
  if (estimate > 4 * MAX_PROGRAM && !hasHugeRepeat(source)) return tooLarge(estimate);
  try {
    const size = RE2JS.compile(source).programSize();
    return size > MAX_PROGRAM ? tooLarge(size) : undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const why = error.message.replace(/^error parsing regexp: /, "");
    return { code: "regexp", message: `Not a regular expression in RE2's syntax: ${why}.` };
  }
}

/** RE2 repeats a thousand times at most. */
function hasHugeRepeat(source: string): boolean {
  return [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].some(
    ([, min, max]) => Math.max(Number(min), Number(max)) > 1000,
  );
}

function tooLarge(size: number): RegExpProblem {
  const message = `This regular expression is too large: about ${size} steps a character, and ${MAX_PROGRAM} are allowed.`;
  return { code: "regexp-too-large", message };
}

export type RegExpSuspicion = {
  readonly code: "regexp-unanchored" | "regexp-dot";
  readonly message: string;
};

/** What a valid expression probably accepts against its author's will, each with a text that shows it. */
export function regExpSuspicions(source: string): RegExpSuspicion[] {
  const shape = parseRegExp(source);
  if (shape === undefined) return [];
  const { node } = shape;
  const open = (["begin", "end"] as const).filter((side) => !isAnchored(node, side));
  const dotted = hasDotBetweenWords(node);
  if (open.length === 0 && !dotted) return [];
  const expression = new RegularExpression(source);
  const sample = sampleOf(node, pickCharacter);
  const suspicions: RegExpSuspicion[] = [];
  if (open.length > 0) suspicions.push(unanchored(open, sample, expression));
  if (dotted && expression.test(sample)) {
    const message = `"." is any character here: this also matches ${JSON.stringify(sample)}. Write \\. for a dot.`;
    suspicions.push({ code: "regexp-dot", message });
  }
  return suspicions;
}

function unanchored(
  open: readonly ("begin" | "end")[],
  sample: string,
  expression: RegularExpression,
): RegExpSuspicion {
  const before = `${sample.includes("://") ? "https://evil.example/?" : "evil-"}${sample}`;
  const others = [`${before}.evil.example`, before, `${sample}.evil.example`];
  const other = others.find((text) => expression.test(text));
  const where = { begin: "at its beginning (^)", end: "at its end ($)" };
  const missing = open.map((side) => where[side]).join(" and ");
  const shows = other === undefined ? "" : ` It also matches ${JSON.stringify(other)}.`;
  return { code: "regexp-unanchored", message: `This regular expression is not anchored ${missing}.${shows}` };
}

/** Printable ASCII, likely characters first. */
const CANDIDATES = [..."xa0-", ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))];

function pickCharacter(characterClass: string): string {
  const engine = RE2JS.compile(characterClass);
  return CANDIDATES.find((candidate) => engine.matcher(candidate).matches()) ?? "";
}
