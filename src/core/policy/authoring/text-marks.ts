import { isMap, isScalar, isSeq, type Pair, parseAllDocuments, type Scalar } from "yaml";
import type { ValuePath } from "../schema-check.ts";
import { isTooDeep } from "../yaml-text.ts";

/** Stands for the cursor in a text that is scanned; a private-use character that is never typed. */
export const CURSOR = "\u{e000}";

/** Characters of a text that is completed and explained: larger ones would hold up the editor. */
const MAX_LENGTH = 256 * 1024;

/** The name of a field or a value in the text of a policy. Offsets count UTF-16 units. */
export interface Mark {
  /** With its quotes. */
  readonly start: number;
  readonly end: number;
  /** Without its quotes. */
  readonly text: string;
  readonly quote: "" | '"' | "'";
  /** Which document of the file it is in, from 0. */
  readonly document: number;
  readonly role: "key" | "value";
  /** Of the value; for a key, of the field that it names. */
  readonly path: ValuePath;
  /** Between brackets, as in JSON. */
  readonly flow: boolean;
  /** Of a key: its colon is there. */
  readonly finished: boolean;
  /** Of a value: it is the first on its line, below its key. */
  readonly ownLine: boolean;
  /** Characters from the start of its line. */
  readonly column: number;
}

/**
 * The names and values of a YAML or JSON text, each with its path. The text may be unfinished: an editor asks in the
 * middle of a word, and yaml's parser builds a document of what it can read.
 */
export function marksIn(text: string): readonly Mark[] {
  if (text.length > MAX_LENGTH || isTooDeep(text)) return [];
  const documents = parseAllDocuments(text, {
    uniqueKeys: false,
    strict: false,
    logLevel: "silent",
    keepSourceTokens: true,
  });
  const marks: Mark[] = [];
  for (const [document, { contents }] of documents.entries())
    new Marker(text, document, marks).value(contents, [], false);
  return marks;
}

class Marker {
  readonly #text: string;
  readonly #document: number;
  readonly #marks: Mark[];

  constructor(text: string, document: number, marks: Mark[]) {
    this.#text = text;
    this.#document = document;
    this.#marks = marks;
  }

  value(node: unknown, path: ValuePath, flow: boolean): void {
    if (isMap(node)) for (const pair of node.items) this.#pair(pair, path, node.flow === true);
    else if (isSeq(node))
      for (const [index, item] of node.items.entries()) this.value(item, [...path, index], node.flow === true);
    else if (isScalar(node)) this.#scalar(node, path, flow);
  }

  #pair({ key, value, srcToken }: Pair, path: ValuePath, flow: boolean): void {
    if (!isScalar(key) || !key.range) return;
    const finished = srcToken?.sep?.some(({ type }) => type === "map-value-ind") === true;
    const [start, end] = key.range;
    // A word without a colon and the key on the next line are one key to the parser.
    const lines = [...this.#text.slice(start, end).matchAll(/\S(?:.*\S)?/g)];
    for (const [line, { 0: word, index }] of lines.entries()) {
      const isLast = line === lines.length - 1;
      const name = isLast && lines.length === 1 ? String(key.value) : word;
      const from = start + index;
      this.#mark(from, from + word.length, name, "key", [...path, name], { flow, finished: isLast && finished });
    }
    this.value(value, [...path, lines.length > 1 ? (lines.at(-1)?.[0] ?? "") : String(key.value)], flow);
  }

  /** Text over several lines is not completed. */
  #scalar({ range, value }: Scalar, path: ValuePath, flow: boolean): void {
    if (!range) return;
    const [start, end] = range;
    if (start === end || this.#text.slice(start, end).includes("\n")) return;
    const ownLine = this.#text.slice(this.#lineStart(start), start).trim() === "" && path.length > 0;
    this.#mark(start, end, String(value), "value", path, { flow, ownLine });
  }

  #mark(start: number, end: number, text: string, role: Mark["role"], path: ValuePath, rest: Partial<Mark>): void {
    const first = this.#text[start];
    const quote = first === '"' || first === "'" ? first : "";
    const defaults = { flow: false, finished: false, ownLine: false };
    const column = start - this.#lineStart(start);
    this.#marks.push({ start, end, text, quote, document: this.#document, role, path, column, ...defaults, ...rest });
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf("\n", offset - 1) + 1;
  }
}
