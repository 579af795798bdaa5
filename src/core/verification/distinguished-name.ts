/** One attribute of a distinguished name: `["CN", "Alice"]`, the type in upper case. */
type Attribute = readonly [type: string, value: string];

/** The parts of a distinguished name in the order of its text; a part may have several attributes. */
export type DistinguishedName = readonly (readonly Attribute[])[];

const SAME_TYPES: Readonly<Record<string, string>> = { S: "ST", E: "EMAILADDRESS", EMAIL: "EMAILADDRESS" };

/**
 * A distinguished name as RFC 4514 text, most specific part first.
 *
 * @param lines as Node's X509Certificate gives them: escaped, a line a part, in the order of the certificate. For an
 * empty name it gives undefined, whatever its types say.
 */
export function distinguishedName(lines: string | undefined): string {
  return lines?.split("\n").reverse().join(",") ?? "";
}

/**
 * The parts of a distinguished name in text (RFC 4514), spaces around `,` `+` and `=` ignored.
 *
 * @returns undefined where it is none
 */
export function parseDistinguishedName(text: string): DistinguishedName | undefined {
  const parts: Attribute[][] = [];
  for (const part of splitUnescaped(text, ",")) {
    const attributes = splitUnescaped(part, "+").map(parseAttribute);
    const known = attributes.filter((attribute) => attribute !== undefined);
    if (known.length < attributes.length) return undefined;
    parts.push(known);
  }
  return parts;
}

/**
 * Whether two names are the same as a whole, byte for byte: in the same order or exactly reversed, since RFC 4514 text
 * is the reverse of the certificate. The attributes of one part have no order (X.501).
 */
export function isSameDistinguishedName(a: DistinguishedName, b: DistinguishedName): boolean {
  const [left, right] = [a.map(partText), b.map(partText)];
  if (left.length !== right.length) return false;
  return (
    left.every((part, index) => part === right[index]) || left.every((part, index) => part === right.at(-1 - index))
  );
}

/**
 * A distinguished name for a line with little room: its common name, otherwise the organization, otherwise all of it. The
 * whole name belongs beside it: many certificates may have one common name.
 */
export function commonName(text: string): string {
  const attributes = parseDistinguishedName(text)?.flat() ?? [];
  const find = (wanted: string): string | undefined => attributes.find(([type]) => type === wanted)?.[1];
  return find("CN") ?? find("O") ?? text;
}

function partText(part: readonly Attribute[]): string {
  return JSON.stringify(part.map((attribute) => JSON.stringify(attribute)).sort());
}

function parseAttribute(text: string): Attribute | undefined {
  const equals = text.indexOf("=");
  const type = text.slice(0, Math.max(equals, 0)).trim().toUpperCase();
  if (!/^[A-Z][A-Z0-9-]*$|^\d+(\.\d+)*$/.test(type)) return undefined;
  const value = unescapeValue(text.slice(equals + 1));
  return value === undefined || value === "" ? undefined : [SAME_TYPES[type] ?? type, value];
}

function splitUnescaped(text: string, separator: "," | "+"): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "\\") index++;
    else if (character === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** Escapes are a backslash and the character, or two hex digits for a byte of UTF-8 (RFC 4514, section 2.4). */
function unescapeValue(text: string): string | undefined {
  const parts: Buffer[] = [];
  for (const [part, hex, character] of trimmed(text).matchAll(/\\([0-9A-Fa-f]{2})|\\(.)|[^\\]+|\\$/gs)) {
    if (part === "\\") return undefined;
    if (hex !== undefined) parts.push(Buffer.from(hex, "hex"));
    else parts.push(Buffer.from(character ?? part));
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    return undefined;
  }
}

/** A space that is escaped belongs to the value. */
function trimmed(text: string): string {
  const short = text.trim();
  let backslashes = 0;
  while (short[short.length - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1 && text.trimStart() !== short ? `${short} ` : short;
}
