import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseAllDocuments,
  visit,
} from "yaml";
import { type Diagnostic, diagnostic, FILE_START, type TextRange } from "./diagnostics.ts";
import type { ValuePath } from "./policy-schema.ts";
import { MAX_POLICY_BYTES } from "./workspace-files.ts";

/** Nesting of lists and mappings; a policy needs 8. */
const MAX_DEPTH = 64;
/** Values that all aliases together may stand for. */
const MAX_ALIASES = 100;

/** How policy files are parsed, wherever they are. */
export const YAML_OPTIONS = {
  version: "1.2",
  schema: "core",
  strict: true,
  uniqueKeys: isSameKey,
  prettyErrors: false,
  logLevel: "error",
} as const;

/** Compares keys as names of fields: in YAML, `1` and `"1"` are two keys. */
function isSameKey(one: unknown, other: unknown): boolean {
  return one === other || (isScalar(one) && isScalar(other) && String(one.value) === String(other.value));
}

/** One document of a YAML or JSON text, and where in the text each of its values is. */
export interface YamlDocument {
  readonly value: unknown;
  /** Where a value is; with `atKey`, the name of its field. */
  range(path: ValuePath, atKey?: boolean): TextRange;
}

export interface YamlText {
  readonly documents: readonly YamlDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

const TOO_DEEP = `The file nests more than ${MAX_DEPTH} levels deep, which no policy does.`;

export function tooLarge(bytes: number): Diagnostic {
  const message = `The file has ${bytes} bytes; a policy file may have ${MAX_POLICY_BYTES}.`;
  return diagnostic("too-large", message, FILE_START);
}

/** Reads all documents of a text in UTF-8. JSON is read as the YAML that it is. Empty documents are left out. */
export function parseYaml(bytes: Uint8Array): YamlText {
  const rejected = (reason: Diagnostic): YamlText => ({ documents: [], diagnostics: [reason] });
  if (bytes.length > MAX_POLICY_BYTES) return rejected(tooLarge(bytes.length));
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return rejected(diagnostic("not-utf8", "The file is not UTF-8 text.", FILE_START));
  }
  if (isTooDeep(text)) return rejected(diagnostic("too-deep", TOO_DEEP, FILE_START));
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const document of parseAllDocuments(text, { ...YAML_OPTIONS, lineCounter: lines })) {
    const found = [...document.errors, ...document.warnings];
    for (const { message, pos } of found) {
      diagnostics.push(diagnostic("syntax", `Not valid YAML: ${message}.`, rangeOf(lines, pos)));
    }
    const unusual = unusualKey(document);
    if (unusual !== undefined) {
      const message = "The name of a field must be text, not an alias or a collection.";
      diagnostics.push(diagnostic("syntax", message, rangeOf(lines, unusual)));
    }
    if (found.length > 0 || unusual !== undefined || isEmptyDocument(document)) continue;
    const value = toValue(document, lines, diagnostics);
    if (value !== undefined) {
      documents.push({ value, range: (path, atKey = false) => locate(document, lines, path, atKey) });
    }
  }
  return { documents, diagnostics };
}

/** The range of a key that is no scalar: its name is known too late to be compared with the others. */
function unusualKey(document: Document): readonly number[] | undefined {
  let range: readonly number[] | undefined;
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key)) return undefined;
      range = rangeIn(key) ?? [0];
      return visit.BREAK;
    },
  });
  return range;
}

export function isEmptyDocument({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/**
 * Whether brackets, or items of lists on one line, nest deeper than is allowed. Checked before parsing, because the
 * parser would exhaust the stack. Nesting by indentation is limited by the size of the file.
 */
export function isTooDeep(text: string): boolean {
  let brackets = 0;
  let items = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") brackets++;
    else if (token === "]" || token === "}") brackets--;
    else if (token === "-" || token === "?") items++;
    else if (token === "\n" || token === "\r\n") items = 0;
    if (brackets > MAX_DEPTH || items > MAX_DEPTH) return true;
  }
  return false;
}

function toValue(document: Document, lines: LineCounter, diagnostics: Diagnostic[]): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const range = rangeOf(lines, document.range?.slice(0, 1));
    if (error instanceof RangeError) {
      diagnostics.push(diagnostic("too-deep", TOO_DEEP, range));
    } else if (error instanceof ReferenceError) {
      diagnostics.push(
        diagnostic("too-many-aliases", `Its aliases stand for more than ${MAX_ALIASES} values; write them out.`, range),
      );
    } else throw error;
    return undefined;
  }
}

/** The range of a value; of a mapping or a list, only its name or its first line. */
function locate(document: Document, lines: LineCounter, path: ValuePath, atKey: boolean): TextRange {
  let node: unknown = document.contents;
  let key: unknown;
  for (const step of path) {
    const inside = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inside)) {
      const pair = inside.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) break;
      key = pair.key;
      node = pair.value;
    } else if (isSeq(inside) && typeof step === "number") {
      key = undefined;
      node = inside.items[step];
    } else break;
  }
  if (isScalar(key) && key.range && (atKey || isCollection(node) || isNothing(node))) return rangeOf(lines, key.range);
  const first = firstScalar(node);
  return rangeOf(lines, rangeIn(first) ?? document.range);
}

function isNothing(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function firstScalar(node: unknown): unknown {
  let first = node;
  while (isCollection(first)) {
    const [item] = first.items;
    if (item === undefined) return first;
    first = isPair(item) ? item.key : item;
  }
  return first;
}

function rangeIn(node: unknown): readonly number[] | undefined {
  if (!isScalar(node) && !isAlias(node) && !isCollection(node)) return undefined;
  return node.range ?? undefined;
}

function rangeOf(lines: LineCounter, offsets: readonly number[] = []): TextRange {
  const [start = 0, end = start] = offsets;
  const from = lines.linePos(start);
  const to = lines.linePos(Math.max(start, end));
  return { line: from.line || 1, column: from.col || 1, endLine: to.line || 1, endColumn: to.col || 1 };
}
