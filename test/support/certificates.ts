import { createHash, randomBytes, sign } from "node:crypto";
import * as asn1 from "asn1js";
import { type KeyKind, type KeyPair, makeKeys, signingDigest } from "./keys.ts";

/** One attribute of a name, in the order of the encoding: `["O", "Acme"]`. */
export type NameAttribute = readonly ["C" | "O" | "OU" | "CN" | "emailAddress", string];

export type AlternativeName =
  | { readonly email: string }
  | { readonly dns: string }
  | { readonly uri: string }
  | { readonly ip: readonly [number, number, number, number] };

export type KeyUsageBit = "digitalSignature" | "nonRepudiation" | "keyEncipherment" | "keyCertSign" | "cRLSign";

export interface RawExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** DER of the extension's value. */
  readonly value: Uint8Array;
}

/** The text of a UTCTime, right or wrong. */
export type RawTime = string;

/** A certificate to be made, right or wrong on purpose. What is absent takes the value that makes a plain valid one. */
export interface CertificateOptions {
  /** A common name, the attributes, or the DER of a whole name. */
  readonly subject: string | readonly NameAttribute[] | Uint8Array;
  /** Who issues it. Absent: self-signed. */
  readonly issuer?: Certificate;
  /** Written as the issuer's name in place of the real one; the signature stays the issuer's. */
  readonly issuerName?: CertificateOptions["subject"];
  readonly keys?: KeyPair;
  readonly kind?: KeyKind;
  readonly notBefore?: Date | RawTime;
  readonly notAfter?: Date | RawTime;
  /** `null` leaves basicConstraints out. Default: not a CA. */
  readonly ca?: boolean | null;
  readonly pathLength?: number;
  /** `null` leaves keyUsage out. Default: digitalSignature for a leaf, keyCertSign and cRLSign for a CA. */
  readonly keyUsage?: readonly KeyUsageBit[] | null;
  /** Object identifiers. Default: none. */
  readonly extendedKeyUsage?: readonly string[];
  readonly alternativeNames?: readonly AlternativeName[];
  readonly extensions?: readonly RawExtension[];
  /** Leaves subjectKeyIdentifier and authorityKeyIdentifier out. */
  readonly keyIdentifiers?: boolean;
  /** Signs with SHA-1 (only for issuers with an EC key). */
  readonly sha1?: boolean;
  /** Flips a bit of the signature. */
  readonly brokenSignature?: boolean;
  /** Big-endian; default 16 random bytes. */
  readonly serialNumber?: Uint8Array;
}

export interface Certificate {
  readonly der: Buffer;
  readonly pem: string;
  readonly keys: KeyPair;
  readonly name: CertificateOptions["subject"];
}

export const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
export const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";

const ATTRIBUTE_OIDS = {
  C: "2.5.4.6",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  CN: "2.5.4.3",
  emailAddress: "1.2.840.113549.1.9.1",
} as const;

const SIGNATURE_OIDS: Readonly<Record<KeyKind, string>> = {
  "P-256": "1.2.840.10045.4.3.2",
  "P-384": "1.2.840.10045.4.3.3",
  "P-521": "1.2.840.10045.4.3.4",
  RSA: "1.2.840.113549.1.1.11",
  Ed25519: "1.3.101.112",
};

/** Bit positions in KeyUsage, RFC 5280 section 4.2.1.3. */
const KEY_USAGE_BITS: Readonly<Record<KeyUsageBit, number>> = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
};

const DAY = 86_400_000;

function der(block: asn1.BaseBlock): Buffer {
  return Buffer.from(block.toBER(false));
}

function parse(bytes: Uint8Array): asn1.BaseBlock {
  return asn1.fromBER(bytes).result as asn1.BaseBlock;
}

function nameBlock(name: CertificateOptions["subject"]): asn1.BaseBlock {
  if (name instanceof Uint8Array) return parse(name);
  const attributes: readonly NameAttribute[] = typeof name === "string" ? [["CN", name]] : name;
  return new asn1.Sequence({
    value: attributes.map(([type, text]) => {
      const value =
        type === "C"
          ? new asn1.PrintableString({ value: text })
          : type === "emailAddress"
            ? new asn1.IA5String({ value: text })
            : new asn1.Utf8String({ value: text });
      const attribute = new asn1.Sequence({
        value: [new asn1.ObjectIdentifier({ value: ATTRIBUTE_OIDS[type] }), value],
      });
      return new asn1.Set({ value: [attribute] });
    }),
  });
}

/** RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime after. */
function timeBlock(date: Date | RawTime): asn1.BaseBlock {
  if (typeof date === "string") {
    return new asn1.Primitive({ idBlock: { tagClass: 1, tagNumber: 23 }, valueHex: Buffer.from(date, "latin1") });
  }
  return date.getUTCFullYear() < 2050
    ? new asn1.UTCTime({ valueDate: date })
    : new asn1.GeneralizedTime({ valueDate: date });
}

function algorithmBlock(kind: KeyKind): asn1.Sequence {
  const oid = new asn1.ObjectIdentifier({ value: SIGNATURE_OIDS[kind] });
  return new asn1.Sequence({ value: kind === "RSA" ? [oid, new asn1.Null()] : [oid] });
}

/** A context-specific primitive tag, as the implicit ones of GeneralName and AuthorityKeyIdentifier. */
function tagged(tagNumber: number, bytes: Uint8Array): asn1.Primitive {
  return new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: bytes });
}

function explicit(tagNumber: number, value: asn1.BaseBlock): asn1.Constructed {
  return new asn1.Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [value] });
}

function extension(oid: string, critical: boolean, value: Uint8Array): asn1.Sequence {
  return new asn1.Sequence({
    value: [
      new asn1.ObjectIdentifier({ value: oid }),
      ...(critical ? [new asn1.Boolean({ value: true })] : []),
      new asn1.OctetString({ valueHex: value }),
    ],
  });
}

function keyUsageValue(bits: readonly KeyUsageBit[]): Buffer {
  const positions = bits.map((bit) => KEY_USAGE_BITS[bit]);
  const highest = Math.max(...positions);
  const byte = positions.reduce((sum, position) => sum | (0x80 >> position), 0);
  return der(new asn1.BitString({ unusedBits: 7 - highest, valueHex: Uint8Array.of(byte) }));
}

function generalName(name: AlternativeName): asn1.Primitive {
  if ("email" in name) return tagged(1, Buffer.from(name.email, "latin1"));
  if ("dns" in name) return tagged(2, Buffer.from(name.dns, "latin1"));
  if ("uri" in name) return tagged(6, Buffer.from(name.uri, "latin1"));
  return tagged(7, Uint8Array.from(name.ip));
}

/** RFC 5280 section 4.2.1.2, method 1, over the whole SubjectPublicKeyInfo: any stable value will do. */
function keyIdentifier(keys: KeyPair): Buffer {
  return createHash("sha1")
    .update(keys.publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

function extensionsOf(options: CertificateOptions, keys: KeyPair, issuerKeys: KeyPair): asn1.Sequence[] {
  const list: asn1.Sequence[] = [];
  const ca = options.ca === undefined ? false : options.ca;
  if (ca !== null) {
    const content: asn1.BaseBlock[] = ca ? [new asn1.Boolean({ value: true })] : [];
    if (options.pathLength !== undefined) content.push(new asn1.Integer({ value: options.pathLength }));
    list.push(extension("2.5.29.19", true, der(new asn1.Sequence({ value: content }))));
  }
  const usage =
    options.keyUsage === undefined ? (ca === true ? CA_USAGE : (["digitalSignature"] as const)) : options.keyUsage;
  if (usage !== null) list.push(extension("2.5.29.15", true, keyUsageValue(usage)));
  if (options.extendedKeyUsage !== undefined) {
    const oids = options.extendedKeyUsage.map((value) => new asn1.ObjectIdentifier({ value }));
    list.push(extension("2.5.29.37", false, der(new asn1.Sequence({ value: oids }))));
  }
  if (options.alternativeNames !== undefined) {
    const names = options.alternativeNames.map(generalName);
    list.push(extension("2.5.29.17", false, der(new asn1.Sequence({ value: names }))));
  }
  if (options.keyIdentifiers !== false) {
    list.push(extension("2.5.29.14", false, der(new asn1.OctetString({ valueHex: keyIdentifier(keys) }))));
    const authority = new asn1.Sequence({ value: [tagged(0, keyIdentifier(issuerKeys))] });
    list.push(extension("2.5.29.35", false, der(authority)));
  }
  for (const raw of options.extensions ?? []) list.push(extension(raw.oid, raw.critical, raw.value));
  return list;
}

const CA_USAGE = ["keyCertSign", "cRLSign"] as const;

function pem(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,64}/gu);
  return `-----BEGIN CERTIFICATE-----\n${(lines ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** Encodes and signs one certificate (RFC 5280 section 4.1), without the library that checks it. */
export function makeCertificate(options: CertificateOptions): Certificate {
  const keys = options.keys ?? makeKeys(options.kind);
  const issuerKeys = options.issuer?.keys ?? keys;
  const { subject } = options;
  const issuerName = options.issuerName ?? options.issuer?.name ?? subject;
  const serial = Buffer.from(options.serialNumber ?? Buffer.concat([Buffer.of(0x4d), randomBytes(15)]));
  const extensions = extensionsOf(options, keys, issuerKeys);
  const algorithm = () =>
    options.sha1 === true
      ? new asn1.Sequence({ value: [new asn1.ObjectIdentifier({ value: "1.2.840.10045.4.1" })] })
      : algorithmBlock(issuerKeys.kind);
  const digest = options.sha1 === true ? "sha1" : (signingDigest(issuerKeys.kind) ?? null);
  const body = new asn1.Sequence({
    value: [
      explicit(0, new asn1.Integer({ value: 2 })),
      new asn1.Integer({ valueHex: serial }),
      algorithm(),
      nameBlock(issuerName),
      new asn1.Sequence({
        value: [
          timeBlock(options.notBefore ?? new Date(Date.now() - DAY)),
          timeBlock(options.notAfter ?? new Date(Date.now() + 365 * DAY)),
        ],
      }),
      nameBlock(subject),
      parse(keys.publicKey.export({ type: "spki", format: "der" })),
      ...(extensions.length > 0 ? [explicit(3, new asn1.Sequence({ value: extensions }))] : []),
    ],
  });
  const signature = sign(digest, der(body), issuerKeys.privateKey);
  // The last byte lies in the second integer of an ECDSA signature: its encoding stays well-formed.
  if (options.brokenSignature === true)
    signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
  const whole = der(
    new asn1.Sequence({
      value: [body, algorithm(), new asn1.BitString({ valueHex: signature })],
    }),
  );
  return { der: whole, pem: pem(whole), keys, name: subject };
}

export interface CertificateChain {
  readonly root: Certificate;
  readonly intermediate: Certificate;
  readonly leaf: Certificate;
}

type ChainPart = Partial<Omit<CertificateOptions, "issuer">>;

/** A root, an intermediate and a leaf for `alice@example.com`; each part can be made otherwise. */
export function makeChain(
  parts: { root?: ChainPart; intermediate?: ChainPart; leaf?: ChainPart } = {},
): CertificateChain {
  const root = makeCertificate({
    subject: [
      ["O", "Example"],
      ["CN", "Example Root"],
    ],
    ca: true,
    ...parts.root,
  });
  const intermediate = makeCertificate({
    subject: [
      ["O", "Example"],
      ["CN", "Example Models CA"],
    ],
    issuer: root,
    ca: true,
    pathLength: 0,
    ...parts.intermediate,
  });
  const leaf = makeCertificate({
    subject: [
      ["O", "Example"],
      ["CN", "Alice"],
    ],
    issuer: intermediate,
    alternativeNames: [{ email: "alice@example.com" }],
    extendedKeyUsage: [CODE_SIGNING],
    ...parts.leaf,
  });
  return { root, intermediate, leaf };
}
