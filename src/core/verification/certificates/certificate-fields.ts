import { DerError, type DerValue, expectTag, listOf, readBoolean, readCount, readDer, readOid, TAG } from "./der.ts";
import { type Name, readName } from "./distinguished-names.ts";
import { EXTENSION } from "./extensions.ts";
import { type GeneralName, readGeneralNames } from "./general-names.ts";
import { type NameConstraints, readNameConstraints } from "./name-constraints.ts";

export interface Extension {
  readonly critical: boolean;
  readonly value: Buffer;
}

/** The fields of a certificate (RFC 5280, 4.1) that path validation needs and Node does not expose. */
export interface CertificateFields {
  /** OID. */
  readonly signatureAlgorithm: string;
  readonly issuer: Name;
  readonly subject: Name;
  /** By OID. */
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  /** First byte of the bit string, its bit 0 highest. */
  readonly keyUsage: number | undefined;
  /** OIDs. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly alternativeNames: readonly GeneralName[];
  readonly nameConstraints: NameConstraints | undefined;
  readonly hasUnknownQualifier: boolean;
  readonly mapsAnyPolicy: boolean;
  /** Hex. */
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
}

const VERSION = 0xa0;
const UNIQUE_IDS: ReadonlySet<number> = new Set([0x81, 0x82]);
const EXTENSIONS = 0xa3;
const KEY_IDENTIFIER = 0x80;

/** @throws DerError */
export function readFields(der: Uint8Array): CertificateFields {
  const [body, algorithm, signature, ...more] = listOf(readDer(der), TAG.sequence);
  expectTag(algorithm, TAG.sequence);
  expectTag(signature, TAG.bitString);
  if (more.length > 0) throw new DerError("it has more than three parts");

  const parts = [...listOf(body, TAG.sequence)];
  const isVersion3 = parts[0]?.tag === VERSION && readCount(parts.shift()?.children[0]) === 2;
  const [serial, bodyAlgorithm, issuer, validity, subject, key, ...optional] = parts;
  expectTag(serial, TAG.integer);
  expectTag(validity, TAG.sequence);
  expectTag(key, TAG.sequence);
  const [wrapped, ...beyond] = optional.filter(({ tag }) => !UNIQUE_IDS.has(tag));
  if (beyond.length > 0) throw new DerError("it has parts that do not exist");
  if (wrapped !== undefined && !isVersion3) throw new DerError("it has extensions, and is not of version 3");
  const extensions = wrapped === undefined ? new Map<string, Extension>() : readExtensions(wrapped);
  return {
    signatureAlgorithm: readOid(listOf(bodyAlgorithm, TAG.sequence)[0]),
    issuer: readName(issuer),
    subject: readName(subject),
    extensions,
    ...readKnown(extensions),
  };
}

/** RFC 5280, 4.2: an extension is there once. */
function readExtensions(wrapped: DerValue): Map<string, Extension> {
  expectTag(wrapped, EXTENSIONS);
  const extensions = new Map<string, Extension>();
  for (const extension of listOf(wrapped.children[0], TAG.sequence)) {
    const [type, ...rest] = listOf(extension, TAG.sequence);
    const oid = readOid(type);
    const critical = rest.length > 1 && readBoolean(rest.shift());
    const [value, ...more] = rest;
    if (extensions.has(oid) || more.length > 0) throw new DerError(`the extension ${oid} is there twice or malformed`);
    extensions.set(oid, { critical, value: expectTag(value, TAG.octetString).content });
  }
  return extensions;
}

function readKnown(extensions: ReadonlyMap<string, Extension>) {
  const read = <T>(oid: string, reader: (value: DerValue) => T): T | undefined => {
    const extension = extensions.get(oid);
    return extension === undefined ? undefined : reader(readDer(extension.value));
  };
  const basic = read(EXTENSION.basicConstraints, readBasicConstraints);
  return {
    isAuthority: basic?.isAuthority ?? false,
    pathLength: basic?.pathLength,
    keyUsage: read(EXTENSION.keyUsage, (value) => expectTag(value, TAG.bitString).content[1] ?? 0),
    extendedKeyUsage: read(EXTENSION.extendedKeyUsage, (value) => listOf(value, TAG.sequence).map(readOid)),
    alternativeNames: read(EXTENSION.subjectAlternativeName, readGeneralNames) ?? [],
    nameConstraints: read(EXTENSION.nameConstraints, readNameConstraints),
    hasUnknownQualifier: read(EXTENSION.certificatePolicies, hasUnknownQualifier) ?? false,
    mapsAnyPolicy: read(EXTENSION.policyMappings, mapsAnyPolicy) ?? false,
    subjectKeyId: read(EXTENSION.subjectKeyIdentifier, (value) => hex(expectTag(value, TAG.octetString))),
    authorityKeyId: read(EXTENSION.authorityKeyIdentifier, (value) =>
      hex(listOf(value, TAG.sequence).find(({ tag }) => tag === KEY_IDENTIFIER)),
    ),
  };
}

/** RFC 5280, 4.2.1.9: a path length means something only for an authority. */
function readBasicConstraints(value: DerValue): Pick<CertificateFields, "isAuthority" | "pathLength"> {
  const parts = [...listOf(value, TAG.sequence)];
  const isAuthority = parts[0]?.tag === TAG.boolean && readBoolean(parts.shift());
  const [limit, ...more] = parts;
  if (more.length > 0) throw new DerError("basic constraints are malformed");
  return { isAuthority, pathLength: limit && readCount(limit) };
}

function hex(value: DerValue | undefined): string | undefined {
  return value?.content.toString("hex");
}

/**
 * Certificate policies. The initial set is any-policy and none is required (RFC 5280, 6.1.1 (c), (e)). Since
 * policyConstraints, which could require one, is not processed, no outcome depends on the policy tree (6.1.3 (d) to (f)).
 */
const ANY_POLICY = "2.5.29.32.0";
/** CPS pointer and user notice. */
const KNOWN_QUALIFIERS: ReadonlySet<string> = new Set(["1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"]);

/** RFC 5280, 4.2.1.4: where the extension is critical, its qualifiers have to be understood. @throws DerError */
function hasUnknownQualifier(value: DerValue): boolean {
  return listOf(value, TAG.sequence, 1).some((information) => {
    const [policy, qualifiers] = listOf(information, TAG.sequence);
    readOid(policy);
    if (qualifiers === undefined) return false;
    return listOf(qualifiers, TAG.sequence).some(
      (qualifier) => !KNOWN_QUALIFIERS.has(readOid(listOf(qualifier, TAG.sequence)[0])),
    );
  });
}

/** RFC 5280, 6.1.4 (a): anyPolicy must not be mapped, nor mapped to. @throws DerError */
function mapsAnyPolicy(value: DerValue): boolean {
  return listOf(value, TAG.sequence, 1).some((mapping) =>
    listOf(mapping, TAG.sequence).some((policy) => readOid(policy) === ANY_POLICY),
  );
}
