/** One attribute of a distinguished name: `["CN", "Alice"]`, the type in upper case. */
export type Attribute = readonly [type: string, value: string];

const SAME_TYPES: Readonly<Record<string, string>> = { S: "ST", E: "EMAILADDRESS", EMAIL: "EMAILADDRESS" };

/**
 * The attributes of a distinguished name in text (RFC 4514), in any order, spaces around `,` `+` and `=` ignored.
 *
 * @returns undefined where it is none
 */
export function parseDistinguishedName(text: string): readonly Attribute[] | undefined {
  const attributes: Attribute[] = [];
  for (const part of splitUnescaped(text)) {
    const equals = part.indexOf("=");
    const type = part.slice(0, Math.max(equals, 0)).trim().toUpperCase();
    if (!/^[A-Z][A-Z0-9-]*$|^\d+(\.\d+)*$/.test(type)) return undefined;
    const value = unescapeValue(part.slice(equals + 1));
    if (value === undefined || value === "") return undefined;
    attributes.push([SAME_TYPES[type] ?? type, value]);
  }
  return attributes.length === 0 ? undefined : attributes;
}

/** Whether all attributes wanted are in the name, byte for byte; what else the name has does not matter. */
export function hasAttributes(name: readonly Attribute[], wanted: readonly Attribute[]): boolean {
  return wanted.every(([type, value]) => name.some((found) => found[0] === type && found[1] === value));
}

function splitUnescaped(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "\\") index++;
    else if (character === "," || character === "+") {
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
