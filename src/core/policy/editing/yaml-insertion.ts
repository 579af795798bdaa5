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

/** Text to insert into another text. */
export interface Insertion {
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly text: string;
}

/** Where something is inserted: in which document of a text, empty ones not counted, and in which list or mapping. */
export interface InsertionPoint {
  readonly text: string;
  /** From 0. */
  readonly document: number;
  readonly path: readonly string[];
  /** Whether only JSON may be written. */
  readonly json: boolean;
}

/**
 * Further items at the end of a list, or further fields at the end of a mapping, in the style that it is written in; every
 * other character stays.
 *
 * @throws ProvenanceError POLICY_INVALID where there is no such list or mapping that can be added to
 */
export function append(point: InsertionPoint, added: Added): Insertion {
  const node = nodeAt(point);
  if (!isCollection(node) || isSeq(node) !== isList(added)) throw notEditable(point);
  const { srcToken } = node;
  if (srcToken?.type === "flow-collection") return inFlow(point, node, added);
  if (srcToken?.type !== "block-seq" && srcToken?.type !== "block-map") throw notEditable(point);
  return inBlock(point, node, srcToken.indent, added);
}

type Added = readonly unknown[] | Readonly<Record<string, unknown>>;

function isList(added: Added): added is readonly unknown[] {
  return Array.isArray(added);
}

/** Whether there is a value at the path, and no alias on the way: what an alias refers to is used elsewhere too. */
export function exists(point: InsertionPoint): boolean {
  return nodeAt(point) !== undefined;
}

function nodeAt({ text, document, path }: InsertionPoint): Node | undefined {
  const documents = parseAllDocuments(text, { ...YAML_OPTIONS, keepSourceTokens: true });
  const found = [...documents].filter((one): one is Document.Parsed => !isEmptyDocument(one))[document];
  let node: unknown = found?.contents;
  for (const step of path) {
    if (!isCollection(node) || isAlias(node)) return undefined;
    node = node.get(step, true);
  }
  return isNode(node) && !isAlias(node) ? node : undefined;
}

function notEditable({ path }: InsertionPoint): ProvenanceError {
  const where = path.join(".");
  const message = `Nothing can be added to ${where} automatically, because of how it is written. Change the file by hand.`;
  return new ProvenanceError("POLICY_INVALID", message, { details: { path: where } });
}

function inBlock({ text }: InsertionPoint, node: YAMLMap | YAMLSeq, column: number, value: unknown): Insertion {
  const end = endOfLast(node);
  const eol = eolOf(text);
  const block = stringify(value, { indent: indentOf(text).length, lineWidth: 0, version: "1.2" })
    .replace(/(^|\n)(?=[^\n])/g, `$1${" ".repeat(column)}`)
    .replaceAll("\n", eol);
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

function inFlow({ text, json }: InsertionPoint, node: YAMLMap | YAMLSeq, added: Added): Insertion {
  const start = node.range?.[0] ?? 0;
  const close = (node.range?.[1] ?? 0) - 1;
  const eol = eolOf(text);
  const unit = json ? indentOf(text) : "  ";
  if (node.items.length === 0) return { offset: start + 1, text: flowTexts(added, { json, unit, eol }).join(", ") };
  const first = startOf(node.items[0]);
  const line = text.slice(text.lastIndexOf("\n", first - 1) + 1, first);
  const ownLine = text.slice(start, first).includes("\n") && line.trim() === "";
  const style: FlowStyle = ownLine ? { json, indent: line, unit, eol } : { json, unit, eol };
  const gap = ownLine ? `${eol}${line}` : " ";
  const inserted = flowTexts(added, style).join(`,${gap}`);
  const end = endOfLast(node);
  const comma = maskComments(text.slice(end, close)).indexOf(",");
  if (comma === -1) return { offset: end, text: `,${gap}${inserted}` };
  return { offset: end + comma + 1, text: `${gap}${inserted},` };
}

function flowTexts(added: Added, style: FlowStyle): readonly string[] {
  if (isList(added)) return added.map((item) => flowText(item, style));
  return Object.entries(added).map(
    ([key, value]) => `${style.json ? JSON.stringify(key) : key}: ${flowText(value, style)}`,
  );
}

function flowText(value: unknown, { json, indent, unit, eol }: FlowStyle): string {
  if (indent !== undefined && (json || typeof value === "object")) {
    return JSON.stringify(value, undefined, unit).replaceAll("\n", `${eol}${indent}`);
  }
  // A plain scalar may hold a comma, which would end it here.
  if (json || typeof value !== "object") return JSON.stringify(value);
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, version: "1.2", blockQuote: false }).trimEnd();
}

/** Replaces comments, which may hold commas, by as many spaces. */
function maskComments(text: string): string {
  return text.replace(/(^|\s)#[^\n]*/g, (comment) => " ".repeat(comment.length));
}

function startOf(item: unknown): number {
  const node = isPair(item) ? item.key : item;
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0;
}

/** The end of the last value in it: the end of a collection itself may be after the comments that follow. */
function endOf(node: unknown): number {
  if ((isMap(node) || isSeq(node)) && node.srcToken?.type !== "flow-collection") return endOfLast(node);
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

function endOfLast(node: YAMLMap | YAMLSeq): number {
  const last: unknown = node.items.at(-1);
  if (!isPair(last)) return endOf(last);
  return Math.max(endOf(last.value), endOf(last.key));
}

function eolOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

/** Of the first line that is indented. */
function indentOf(text: string): string {
  return /^(\t|[ ]{2,8})\S/m.exec(text)?.[1] ?? "  ";
}
