import { isMap, isScalar, isSeq, type Pair, parseAllDocuments, type Scalar } from "yaml";
import type { ValuePath } from "../policy-schema.ts";
import { isTooDeep } from "../yaml-text.ts";

/** Stands for the cursor in a text; a private-use character that is never typed. */
export const CURSOR = "\u{e000}";

/** Characters of a text that is completed and explained: a larger one would block the editor. */
const MAX_LENGTH = 256 * 1024;

/** The name of a field or a value in the text of a policy. Offsets count UTF-16 units. */
export interface YamlToken {
  /** With its quotes. */
  readonly start: number;
  readonly end: number;
  /** Without its quotes. */
  readonly text: string;
  readonly quote: "" | '"' | "'";
  /** The index of the document in the file, from 0. */
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
 * The names and values of a YAML or JSON text, each with its path. The text may be unfinished, as it is
 * while the user types: yaml's parser builds a document of what it can read.
 */
export function tokensIn(text: string): readonly YamlToken[] {
  if (text.length > MAX_LENGTH || isTooDeep(text)) return [];
  const lenient = { uniqueKeys: false, strict: false, logLevel: "silent" } as const;
  const documents = parseAllDocuments(text, { ...lenient, keepSourceTokens: true });
  return [...documents.entries()].flatMap(([document, { contents }]) => [
    ...valueTokens({ text, document }, contents, [], false),
  ]);
}

interface Source {
  readonly text: string;
  readonly document: number;
}

function* valueTokens(source: Source, node: unknown, path: ValuePath, flow: boolean): Generator<YamlToken> {
  if (isMap(node)) for (const pair of node.items) yield* pairTokens(source, pair, path, node.flow === true);
  else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      yield* valueTokens(source, item, [...path, index], node.flow === true);
    }
  } else if (isScalar(node)) yield* scalarTokens(source, node, path, flow);
}

function* pairTokens(source: Source, { key, value, srcToken }: Pair, path: ValuePath, flow: boolean) {
  if (!isScalar(key) || !key.range) return;
  const hasColon = srcToken?.sep?.some(({ type }) => type === "map-value-ind") === true;
  const [start, end] = key.range;
  // A word without a colon and the key on the next line are one key to the parser.
  const lines = [...source.text.slice(start, end).matchAll(/\S(?:.*\S)?/g)];
  let name = String(key.value);
  for (const [line, { 0: word, index }] of lines.entries()) {
    if (lines.length > 1) name = word;
    const finished = line === lines.length - 1 && hasColon;
    yield token(source, [start + index, start + index + word.length], name, "key", [...path, name], { flow, finished });
  }
  yield* valueTokens(source, value, [...path, name], flow);
}

/** Text over several lines is not completed. */
function* scalarTokens(source: Source, { range, value }: Scalar, path: ValuePath, flow: boolean) {
  if (!range) return;
  const [start, end] = range;
  if (start === end || source.text.slice(start, end).includes("\n")) return;
  const ownLine = source.text.slice(lineStart(source.text, start), start).trim() === "" && path.length > 0;
  yield token(source, [start, end], String(value), "value", path, { flow, ownLine });
}

function token(
  source: Source,
  [start, end]: readonly [number, number],
  text: string,
  role: YamlToken["role"],
  path: ValuePath,
  rest: Pick<YamlToken, "flow"> & Partial<YamlToken>,
): YamlToken {
  const first = source.text[start];
  const quote = first === '"' || first === "'" ? first : "";
  const column = start - lineStart(source.text, start);
  const defaults = { finished: false, ownLine: false };
  return { start, end, text, quote, document: source.document, role, path, column, ...defaults, ...rest };
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}
