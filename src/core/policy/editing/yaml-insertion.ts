import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isSeq,
  type Node,
  parseAllDocuments,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { ProvenanceError } from "../../errors.ts";
import { isEmptyDocument, YAML_OPTIONS } from "../yaml-text.ts";

/** Text that goes into another one; nothing is taken out. */
export interface Insertion {
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly text: string;
}

export type InsertionPath = readonly (string | number)[];

/** Where something goes: the text, the document in it that is not empty, and the list or mapping there. */
export interface InsertionPlace {
  readonly text: string;
  /** From 0. */
  readonly document: number;
  readonly path: InsertionPath;
  /** JSON, in which nothing is written that only YAML has. */
  readonly json: boolean;
}

/**
 * A further item at the end of a list, in the style that the list is written in; every other character stays.
 *
 * @throws ProvenanceError POLICY_INVALID where there is no list that can be added to
 */
export function appendItem(place: InsertionPlace, item: unknown): Insertion {
  const seq = nodeAt(place);
  if (!isSeq(seq)) throw notThere(place);
  const { srcToken } = seq;
  if (srcToken?.type === "flow-collection") return inFlow(place, seq, (style) => flowText(item, style));
  if (srcToken?.type !== "block-seq") throw notThere(place);
  return inBlock(place, seq, srcToken.indent, [item]);
}

/**
 * A further field at the end of a mapping, in the style that the mapping is written in.
 *
 * @throws ProvenanceError POLICY_INVALID where there is no mapping that can be added to
 */
export function appendField(place: InsertionPlace, key: string, value: unknown): Insertion {
  const map = nodeAt(place);
  if (!isMap(map)) throw notThere(place);
  const { srcToken } = map;
  if (srcToken?.type === "flow-collection") {
    return inFlow(place, map, (style) =>
      style.json ? `${JSON.stringify(key)}: ${flowText(value, style)}` : `${key}: ${flowText(value, style)}`,
    );
  }
  if (srcToken?.type !== "block-map") throw notThere(place);
  return inBlock(place, map, srcToken.indent, { [key]: value });
}

/** Whether there is something at the path, and no alias on the way: what an alias stands for, stands elsewhere too. */
export function isThere(place: InsertionPlace): boolean {
  return nodeAt(place) !== undefined;
}

function nodeAt({ text, document, path }: InsertionPlace): Node | undefined {
  const documents = parseAllDocuments(text, { ...YAML_OPTIONS, keepSourceTokens: true });
  const found = [...documents].filter((one): one is Document.Parsed => !isEmptyDocument(one))[document];
  let node: unknown = found?.contents;
  for (const step of path) {
    if (!isCollection(node) || isAlias(node)) return undefined;
    node = node.get(step, true);
  }
  return isNode(node) && !isAlias(node) ? node : undefined;
}

function notThere({ path }: InsertionPlace): ProvenanceError {
  const where = path.join(".");
  return new ProvenanceError(
    "POLICY_INVALID",
    `Nothing can be added to ${where} as it is written in this file. Change it by hand.`,
    { details: { path: where } },
  );
}

function inBlock({ text }: InsertionPlace, node: YAMLMap | YAMLSeq, column: number, value: unknown): Insertion {
  const end = endOfLast(node);
  const eol = eolOf(text);
  const block = indented(
    stringify(value, { indent: indentOf(text).length, lineWidth: 0, version: "1.2" }),
    column,
    eol,
  );
  if (text[end - 1] === "\n") return { offset: end, text: block };
  const newline = text.indexOf("\n", end);
  if (newline === -1) return { offset: text.length, text: `${eol}${block}` };
  return { offset: newline + 1, text: block };
}

interface FlowStyle {
  readonly json: boolean;
  /** Of the lines after the first; absent: all on one line. */
  readonly indent?: string;
  readonly unit: string;
  readonly eol: string;
}

function inFlow(
  { text, json }: InsertionPlace,
  node: YAMLMap | YAMLSeq,
  write: (style: FlowStyle) => string,
): Insertion {
  const start = node.range?.[0] ?? 0;
  const close = (node.range?.[1] ?? 0) - 1;
  const eol = eolOf(text);
  const unit = json ? indentOf(text) : "  ";
  if (node.items.length === 0) return { offset: start + 1, text: write({ json, unit, eol }) };
  const first = startOf(node.items[0]);
  const line = text.slice(text.lastIndexOf("\n", first - 1) + 1, first);
  const ownLine = text.slice(start, first).includes("\n") && line.trim() === "";
  const style: FlowStyle = ownLine ? { json, indent: line, unit, eol } : { json, unit, eol };
  const gap = ownLine ? `${eol}${line}` : " ";
  const end = endOfLast(node);
  const comma = maskComments(text.slice(end, close)).indexOf(",");
  if (comma === -1) return { offset: end, text: `,${gap}${write(style)}` };
  return { offset: end + comma + 1, text: `${gap}${write(style)},` };
}

function flowText(value: unknown, { json, indent, unit, eol }: FlowStyle): string {
  if (indent !== undefined && (json || typeof value === "object")) {
    return JSON.stringify(value, undefined, unit).replaceAll("\n", `${eol}${indent}`);
  }
  // A plain scalar may hold a comma, which would end it here.
  if (json || typeof value !== "object") return JSON.stringify(value);
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, version: "1.2", blockQuote: false }).trimEnd();
}

/** Comments hold commas that are none; the length stays. */
function maskComments(text: string): string {
  return text.replace(/(^|\s)#[^\n]*/g, (comment) => " ".repeat(comment.length));
}

function startOf(item: unknown): number {
  const node = isPair(item) ? item.key : item;
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0;
}

/** The end of the last value in it: what a collection itself calls its end may lie behind the comments that follow. */
function endOf(node: unknown): number {
  if ((isMap(node) || isSeq(node)) && node.srcToken?.type !== "flow-collection") return endOfLast(node);
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

function endOfLast(node: YAMLMap | YAMLSeq): number {
  const last: unknown = node.items.at(-1);
  if (!isPair(last)) return endOf(last);
  return Math.max(endOf(last.value), endOf(last.key));
}

function indented(block: string, column: number, eol: string): string {
  const margin = " ".repeat(column);
  return block
    .split("\n")
    .map((line) => (line === "" ? line : margin + line))
    .join(eol);
}

function eolOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

/** Of the first line that is indented. */
function indentOf(text: string): string {
  return /^(\t|[ ]{2,8})\S/m.exec(text)?.[1] ?? "  ";
}
