/** The bytes are not the expected DER. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** One DER value (X.690). `tag` is the identifier octet: class, constructed bit and number. */
export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  /** The values inside; empty for a primitive one. */
  readonly children: readonly DerValue[];
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONSTRUCTED = 0x20;
const CLASS = 0xc0;
/** All bits of it set announce a number of several bytes. */
const TAG_NUMBER = 0x1f;
/** A certificate nests about ten deep. */
const MAX_DEPTH = 64;

/**
 * Parses exactly one DER value. Strict, because OpenSSL parses the same bytes: an encoding that two parsers could read
 * differently (indefinite or padded lengths, constructed strings, bytes after the value) is an error. `asn1js` accepts BER.
 *
 * @throws DerError
 */
export function readDer(bytes: Uint8Array): DerValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { value, end } = readValue(buffer, 0, 0);
  if (end < buffer.length) throw new DerError("there are bytes after its end");
  return value;
}

function readValue(bytes: Buffer, offset: number, depth: number): { readonly value: DerValue; readonly end: number } {
  if (depth > MAX_DEPTH) throw new DerError("it is nested too deeply");
  const tag = byteAt(bytes, offset);
  const number = tag & TAG_NUMBER;
  const isConstructed = (tag & CONSTRUCTED) !== 0;
  const isList = (TAG.sequence & TAG_NUMBER) === number || (TAG.set & TAG_NUMBER) === number;
  if (number === TAG_NUMBER) throw new DerError("it has a tag that certificates do not use");
  if ((tag & CLASS) === 0 && (number === 0 || isConstructed !== isList)) throw new DerError("it is not encoded in DER");

  const { length, start } = readLength(bytes, offset + 1);
  const end = start + length;
  if (end > bytes.length) throw new DerError("it is cut off");
  const content = bytes.subarray(start, end);
  const children: DerValue[] = [];
  for (let at = 0; isConstructed && at < content.length; ) {
    const child = readValue(content, at, depth + 1);
    children.push(child.value);
    at = child.end;
  }
  return { value: { tag, content, children }, end };
}

/** X.690, 10.1: definite, in as few bytes as possible. */
function readLength(bytes: Buffer, offset: number): { readonly length: number; readonly start: number } {
  const first = byteAt(bytes, offset);
  if (first < 0x80) return { length: first, start: offset + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new DerError("it has a length that is not DER");
  const start = offset + 1 + count;
  if (start > bytes.length) throw new DerError("it is cut off");
  const length = bytes.readUIntBE(offset + 1, count);
  if (length < 0x80 || length < 2 ** (8 * (count - 1))) throw new DerError("it has a length that is not DER");
  return { length, start };
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new DerError("it is cut off");
  return byte;
}

/** Returns the value if it has the tag. @throws DerError */
export function expectTag(value: DerValue | undefined, tag: number): DerValue {
  if (value?.tag !== tag) throw new DerError("a value is missing or of another type");
  return value;
}

/** A list of values of one tag, at least `min` of them. @throws DerError */
export function listOf(value: DerValue | undefined, tag: number, min = 0): readonly DerValue[] {
  const { children } = expectTag(value, tag);
  if (children.length < min) throw new DerError("a list is empty");
  return children;
}

/** Dotted text of an OBJECT IDENTIFIER. @throws DerError */
export function readOid(value: DerValue | undefined): string {
  const { content } = expectTag(value, TAG.oid);
  const arcs: bigint[] = [];
  let arc: bigint | undefined;
  for (const byte of content) {
    if (arc === undefined && byte === 0x80) throw new DerError("an object identifier is padded");
    arc = ((arc ?? 0n) << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = undefined;
  }
  const [first, ...others] = arcs;
  if (first === undefined || arc !== undefined) throw new DerError("an object identifier is cut off");
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...others].join(".");
}

/** As OpenSSL reads it: anything but 0 is true. @throws DerError */
export function readBoolean(value: DerValue | undefined): boolean {
  const { content } = expectTag(value, TAG.boolean);
  if (content.length !== 1) throw new DerError("a boolean is not one byte");
  return content[0] !== 0;
}

/** An INTEGER from 0 to 2³¹ - 1. @throws DerError */
export function readCount(value: DerValue | undefined, tag: number = TAG.integer): number {
  const { content } = expectTag(value, tag);
  if (content.length === 0 || content.length > 4 || byteAt(content, 0) >= 0x80) {
    throw new DerError("a number is negative or too large");
  }
  return content.readUIntBE(0, content.length);
}
