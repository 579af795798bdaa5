import type { NameAttribute, RawExtension } from "./certificates.ts";

/** One DER value of any tag. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...bytes), content]);
}

const SEQUENCE = 0x30;
const SET = 0x31;

/** String types of attributes (X.680). */
export const STRING_TAGS = { utf8: 0x0c, printable: 0x13, teletex: 0x14, ia5: 0x16, bmp: 0x1e } as const;

const ATTRIBUTE_TYPES: Readonly<Record<NameAttribute[0], string>> = {
  C: "550406",
  O: "55040a",
  OU: "55040b",
  CN: "550403",
  emailAddress: "2a864886f70d010901",
};

/** An attribute, with the string type that it is encoded in; UTF8String if none is given. */
export type EncodedAttribute = readonly [...NameAttribute, (keyof typeof STRING_TAGS)?];

/** DER of a Name, a part for each list. */
export function nameDer(parts: readonly (readonly EncodedAttribute[])[]): Buffer {
  return der(SEQUENCE, ...parts.map((part) => der(SET, ...part.map(attributeDer).sort(Buffer.compare))));
}

function attributeDer([type, text, encoding = type === "emailAddress" ? "ia5" : "utf8"]: EncodedAttribute): Buffer {
  const bytes = encoding === "bmp" ? Buffer.from(text, "utf16le").swap16() : Buffer.from(text, bytesOf(encoding));
  return der(SEQUENCE, der(0x06, Buffer.from(ATTRIBUTE_TYPES[type], "hex")), der(STRING_TAGS[encoding], bytes));
}

function bytesOf(encoding: keyof typeof STRING_TAGS): "utf8" | "latin1" {
  return encoding === "utf8" ? "utf8" : "latin1";
}

/** A GeneralName, or the base of a constraint: an address is then followed by its mask. */
export type TestName =
  | { readonly email: string }
  | { readonly dns: string }
  | { readonly uri: string }
  | { readonly directory: readonly (readonly EncodedAttribute[])[] }
  | { readonly ip: readonly number[] }
  | { readonly registeredId: true }
  /** `type` in hex. */
  | { readonly other: string; readonly text: string };

export function generalNameDer(name: TestName): Buffer {
  if ("email" in name) return der(0x81, Buffer.from(name.email, "latin1"));
  if ("dns" in name) return der(0x82, Buffer.from(name.dns, "latin1"));
  if ("uri" in name) return der(0x86, Buffer.from(name.uri, "latin1"));
  if ("directory" in name) return der(0xa4, nameDer(name.directory));
  if ("ip" in name) return der(0x87, Buffer.from(name.ip));
  if ("registeredId" in name) return der(0x88, Buffer.of(0x2a, 0x03, 0x04));
  return der(0xa0, der(0x06, Buffer.from(name.other, "hex")), der(0xa0, der(0x0c, Buffer.from(name.text))));
}

export interface TestConstraints {
  readonly permitted?: readonly TestName[];
  readonly excluded?: readonly TestName[];
}

/** nameConstraints (RFC 5280, 4.2.1.10). */
export function nameConstraints({ permitted = [], excluded = [] }: TestConstraints): RawExtension {
  const subtrees = (tag: number, names: readonly TestName[]) =>
    names.length === 0 ? [] : [der(tag, ...names.map((name) => der(SEQUENCE, generalNameDer(name))))];
  const value = der(SEQUENCE, ...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded));
  return { oid: "2.5.29.30", critical: true, value };
}

/** subjectAltName (RFC 5280, 4.2.1.6) with names that `alternativeNames` of a certificate does not have. */
export function alternativeNames(names: readonly TestName[]): RawExtension {
  return { oid: "2.5.29.17", critical: false, value: der(SEQUENCE, ...names.map(generalNameDer)) };
}
