import { DerError, type DerValue, listOf, readOid, TAG } from "./der.ts";

/** A distinguished name as it is encoded, the most general part first. */
export interface Name {
  /** One text for each relative distinguished name; equal where RFC 5280, 7.1 considers them equal. */
  readonly parts: readonly string[];
  /** Values of the attribute emailAddress; undefined for one that is not text. */
  readonly mailAddresses: readonly (string | undefined)[];
}

const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

/** @throws DerError */
export function readName(value: DerValue | undefined): Name {
  const parts: string[] = [];
  const mailAddresses: (string | undefined)[] = [];
  for (const rdn of listOf(value, TAG.sequence)) {
    const attributes = listOf(rdn, TAG.set, 1).map((attribute) => {
      const [type, text, ...more] = listOf(attribute, TAG.sequence);
      const oid = readOid(type);
      if (text === undefined || more.length > 0) throw new DerError("an attribute of a name has no value");
      const decoded = decodeText(text);
      if (oid === EMAIL_ADDRESS) mailAddresses.push(decoded);
      return JSON.stringify([oid, decoded === undefined ? [text.tag, text.content.toString("hex")] : fold(decoded)]);
    });
    parts.push(attributes.sort().join("+"));
  }
  return { parts, mailAddresses };
}

/** RFC 5280, 7.1: the same attributes in the same order. */
export function isSameName(a: Name, b: Name): boolean {
  return a.parts.length === b.parts.length && isWithinName(a, b);
}

/** RFC 5280, 7.1: whether a name is within the subtree of another, which is then its prefix. */
export function isWithinName(name: Name, base: Name): boolean {
  return base.parts.every((part, index) => part === name.parts[index]);
}

/** Decodes the string types that certificates use; undefined for any other value, or for invalid text. */
function decodeText({ tag, content }: DerValue): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      return decode("utf-8", content);
    case 0x12: // NumericString
    case 0x13: // PrintableString
    case 0x14: // TeletexString, in practice Latin-1
    case 0x16: // IA5String
    case 0x1a: // VisibleString
      return content.toString("latin1");
    case 0x1c: // UniversalString
      return decodeUniversal(content);
    case 0x1e: // BMPString
      return decode("utf-16be", content);
    default:
      return undefined;
  }
}

function decode(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeUniversal(bytes: Buffer): string | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  const points = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4));
  return points.every((point) => point <= 0x10ffff) ? String.fromCodePoint(...points) : undefined;
}

/**
 * Prepares a string for comparison (RFC 4518, which RFC 5280, 7.1 refers to): invisible characters removed, NFKC, small
 * letters, spaces at the ends removed and those inside made one.
 */
function fold(text: string): string {
  return text
    .replace(/[\t\n\v\f\r\u0085]/g, " ")
    .replace(/\p{Cc}|\p{Cf}|\p{Variation_Selector}|\u034F|\uFFFC/gu, "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{Z}]+/gu, " ")
    .trim();
}
