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

/**
 * Parses UTF-8 JSON whose nesting is at most {@link MAX_JSON_DEPTH}: the depth is counted before anything is built.
 *
 * @param what named in the message: "model.sig", "The statement in model.sig"
 * @param notJson the code for what is not UTF-8 or not JSON
 * @throws ProvenanceError `notJson`, or BUNDLE_TOO_DEEP
 */
export function parseBoundedJson(bytes: Buffer, what: string, notJson: ErrorCode): unknown {
  if (depthExceeds(bytes, MAX_JSON_DEPTH)) {
    throw new ProvenanceError(
      "BUNDLE_TOO_DEEP",
      `${what} nests more than ${MAX_JSON_DEPTH} levels deep, which no signature does.`,
      { details: { limit: MAX_JSON_DEPTH } },
    );
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "it may be cut short or damaged" : "it is not UTF-8 text";
    throw new ProvenanceError(notJson, `${what} is not JSON: ${why}. Get it again from whoever published the model.`, {
      cause,
    });
  }
}

function depthExceeds(bytes: Buffer, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = endOfString(bytes, i);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
    }
  }
  return false;
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
