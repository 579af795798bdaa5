import { type ErrorCode, ProvenanceError } from "../errors.ts";

/** Bytes of a signature file: about 1.3 million resources. Below what a JavaScript string can hold. */
export const MAX_BUNDLE_BYTES = 256 * 1024 * 1024;
/** Nesting of arrays and objects; a bundle needs 8. */
export const MAX_JSON_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COLON = 0x3a;

export interface JsonErrorCodes {
  /** For what is not UTF-8 or not JSON. */
  readonly notJson: ErrorCode;
  /** For JSON in which one object has a member twice. */
  readonly malformed: ErrorCode;
  /** For too many levels; BUNDLE_TOO_DEEP if absent. */
  readonly tooDeep?: ErrorCode;
}

/**
 * Parses UTF-8 JSON whose nesting is at most {@link MAX_JSON_DEPTH}, which is checked before anything is built, and whose
 * objects have no member twice: readers disagree about which of the two counts (RFC 8259, section 4).
 *
 * @param what named in the message: "model.sig", "The statement in model.sig"
 * @throws ProvenanceError one of `codes`, or BUNDLE_TOO_DEEP
 */
export function parseBoundedJson(bytes: Buffer, what: string, codes: JsonErrorCodes): unknown {
  const { depth, members } = countTokens(bytes);
  if (depth > MAX_JSON_DEPTH) {
    const message = `${what} nests more than ${MAX_JSON_DEPTH} levels deep, which no signature does.`;
    throw new ProvenanceError(codes.tooDeep ?? "BUNDLE_TOO_DEEP", message, { details: { limit: MAX_JSON_DEPTH } });
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "it may be cut short or damaged" : "it is not UTF-8 text";
    const message = `${what} is not JSON: ${why}. Download it again from its publisher.`;
    throw new ProvenanceError(codes.notJson, message, { cause });
  }
  if (countKeys(value) === members) return value;
  const message = `${what} is ambiguous: it has the same field twice in one object. Download it again from its publisher.`;
  throw new ProvenanceError(codes.malformed, message);
}

/**
 * Own keys of all objects in a parsed value: fewer than there were members in the text, where a name came twice.
 * `for in` takes a tenth of the time of `Object.values`, and parsed objects inherit nothing enumerable.
 */
function countKeys(value: unknown): number {
  if (!isObject(value)) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) keys += countKeys(item);
    return keys;
  }
  for (const name in value) keys += 1 + countKeys(value[name]);
  return keys;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/**
 * The deepest nesting, and the number of members: in JSON, a colon outside of strings follows the name of each.
 * Stops where the nesting is too deep.
 */
function countTokens(bytes: Buffer): { readonly depth: number; readonly members: number } {
  let deepest = 0;
  let members = 0;
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = endOfString(bytes, i);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > deepest) deepest = depth;
      if (deepest > MAX_JSON_DEPTH) break;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
    } else if (byte === COLON) {
      members++;
    }
  }
  return { depth: deepest, members };
}

/** Position of the closing quote; the length of `bytes` where there is none. */
function endOfString(bytes: Buffer, open: number): number {
  let close = bytes.indexOf(QUOTE, open + 1);
  while (close !== -1) {
    let backslashes = 0;
    while (bytes[close - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return close;
    close = bytes.indexOf(QUOTE, close + 1);
  }
  return bytes.length;
}
