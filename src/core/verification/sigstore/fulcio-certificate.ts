import { type BaseBlock, Constructed, fromBER, ObjectIdentifier, Primitive, Utf8String } from "asn1js";
import { ProvenanceError } from "../../errors.ts";
import { EXTENSION } from "../certificates/extensions.ts";
import { allowsCodeSigning } from "../certificates/key-usage.ts";
import { type Certificate, parseCertificate } from "../certificates.ts";
import type { IdentityType } from "../signer.ts";

/** The subject of a Fulcio certificate. */
export interface FulcioSubject {
  readonly identity: string;
  readonly identityType: IdentityType;
  /** URL of the OpenID provider. */
  readonly issuer: string;
  readonly extensions: Readonly<Record<string, string>>;
}

/** GeneralName choices (RFC 5280, 4.2.1.6) that Fulcio issues. */
const IDENTITY_TYPES: Readonly<Record<number, IdentityType>> = { 0: "other", 1: "email", 6: "uri" };
const CONTEXT_SPECIFIC = 3;
const FULCIO = "1.3.6.1.4.1.57264.1.";
const ISSUER_V1 = 1;
const OTHER_NAME = 7;
const ISSUER_V2 = 8;

/** Extensions below Fulcio's arc (Fulcio, OID directory). The first six hold bare text, the others a DER UTF8String. */
const NAMES: Readonly<Record<number, string>> = {
  2: "githubWorkflowTrigger",
  3: "githubWorkflowSha",
  4: "githubWorkflowName",
  5: "githubWorkflowRepository",
  6: "githubWorkflowRef",
  9: "buildSignerUri",
  10: "buildSignerDigest",
  11: "runnerEnvironment",
  12: "sourceRepositoryUri",
  13: "sourceRepositoryDigest",
  14: "sourceRepositoryRef",
  15: "sourceRepositoryIdentifier",
  16: "sourceRepositoryOwnerUri",
  17: "sourceRepositoryOwnerIdentifier",
  18: "buildConfigUri",
  19: "buildConfigDigest",
  20: "buildTrigger",
  21: "runInvocationUri",
  22: "sourceRepositoryVisibilityAtSigning",
  23: "deploymentEnvironment",
};

/** @throws ProvenanceError CERTIFICATE_MALFORMED, CERTIFICATE_USAGE */
export function parseFulcioCertificate(
  der: Buffer,
  label: string,
): { certificate: Certificate; subject: FulcioSubject } {
  const certificate = parseCertificate(der, label, "CERTIFICATE_MALFORMED");
  try {
    return { certificate, subject: subjectOf(certificate, label) };
  } catch (cause) {
    if (cause instanceof ProvenanceError) throw cause;
    throw malformed(label, "it cannot be read", cause);
  }
}

function subjectOf(certificate: Certificate, label: string): FulcioSubject {
  if (certificate.fields.isAuthority || !allowsCodeSigning(certificate.fields)) {
    throw new ProvenanceError("CERTIFICATE_USAGE", `${label}: the signing certificate is not made for signing code.`);
  }
  const values = fulcioValues(certificate);
  const issuers = new Set([values.get(ISSUER_V1), values.get(ISSUER_V2)].filter((value) => value !== undefined));
  const [issuer] = issuers;
  if (issuer === undefined) throw malformed(label, "it names no identity provider");
  if (issuers.size > 1) throw malformed(label, "it names two identity providers");
  const named = [...values].flatMap(([number, value]) => {
    const name = NAMES[number];
    return name === undefined ? [] : [[name, value] as const];
  });
  return { ...alternativeName(certificate, label), issuer, extensions: Object.fromEntries(named) };
}

function alternativeName({ fields }: Certificate, label: string): Pick<FulcioSubject, "identity" | "identityType"> {
  const extension = fields.extensions.get(EXTENSION.subjectAlternativeName);
  const names = extension === undefined ? [] : children(whole(extension.value));
  const [name] = names;
  if (name === undefined || names.length > 1) throw malformed(label, `it names ${names.length} signers instead of one`);
  const identityType = name.idBlock.tagClass === CONTEXT_SPECIFIC ? IDENTITY_TYPES[name.idBlock.tagNumber] : undefined;
  const identity = identityType === "other" ? otherName(name) : identityType === undefined ? "" : asciiText(name);
  if (identityType === undefined || identity === "") {
    throw malformed(label, "it names its signer in a way that Sigstore does not use");
  }
  return { identity, identityType };
}

/** IA5String (RFC 5280, 4.2.1.6). */
function asciiText(name: BaseBlock): string {
  if (!(name instanceof Primitive)) return "";
  const bytes = Buffer.from(name.valueBlock.valueHexView);
  return bytes.every((byte) => byte < 0x80) ? bytes.toString("latin1") : "";
}

/** `[0] { OID of Fulcio, [0] EXPLICIT UTF8String }` (RFC 5280, 4.2.1.6; Fulcio, OID directory). */
function otherName(name: BaseBlock): string {
  const [id, wrapped, ...more] = children(name);
  if (!(id instanceof ObjectIdentifier) || id.getValue() !== `${FULCIO}${OTHER_NAME}` || more.length > 0) return "";
  const [text] = wrapped === undefined ? [] : children(wrapped);
  return text instanceof Utf8String ? text.getValue() : "";
}

function children(block: BaseBlock): readonly BaseBlock[] {
  return block instanceof Constructed ? block.valueBlock.value : [];
}

/** @throws Error where the bytes are not one ASN.1 value */
function whole(bytes: Uint8Array): BaseBlock {
  const { result, offset } = fromBER(bytes);
  if (offset !== bytes.length) throw new Error("An extension cannot be decoded.");
  return result;
}

function fulcioValues(certificate: Certificate): Map<number, string> {
  const values = new Map<number, string>();
  for (const [oid, { value: bytes }] of certificate.fields.extensions) {
    if (!oid.startsWith(FULCIO)) continue;
    const number = Number(oid.slice(FULCIO.length));
    if (number < OTHER_NAME) values.set(number, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    else {
      const value = whole(bytes);
      if (value instanceof Utf8String) values.set(number, value.getValue());
      else if (number === ISSUER_V2) throw new Error("The issuer is not text.");
    }
  }
  return values;
}

function malformed(label: string, why: string, cause?: unknown): ProvenanceError {
  return new ProvenanceError(
    "CERTIFICATE_MALFORMED",
    `${label} holds a signing certificate that is not of Sigstore: ${why}.`,
    {
      details: { label },
      cause,
    },
  );
}
