import { ProvenanceError } from "../../errors.ts";
import { readDer, TAG } from "../certificates/der.ts";
import { allowsCodeSigning } from "../certificates/key-usage.ts";
import { type Certificate, parseCertificate } from "../certificates.ts";
import type { SigstoreSigner } from "../signer.ts";

export type FulcioSubject = Pick<SigstoreSigner, "identity" | "identityType" | "issuer" | "extensions">;

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
  const [name, ...more] = fields.alternativeNames;
  if (name === undefined || more.length > 0) {
    throw malformed(label, `it names ${fields.alternativeNames.length} signers instead of one`);
  }
  if (name.form === "rfc822Name" || name.form === "uniformResourceIdentifier") {
    const identity = name.text ?? "";
    const identityType = name.form === "rfc822Name" ? "email" : "uri";
    if (/^\p{ASCII}+$/u.test(identity)) return { identity, identityType };
  }
  if (name.form === "otherName" && name.type === `${FULCIO}${OTHER_NAME}`) {
    // `[0] EXPLICIT UTF8String` (Fulcio, OID directory).
    const [wrapped, ...others] = name.values ?? [];
    const [text] = wrapped?.children ?? [];
    const identity = others.length === 0 && text?.tag === TAG.utf8String ? utf8(text.content) : "";
    if (identity !== "") return { identity, identityType: "other" };
  }
  throw malformed(label, "it names its signer in a way that Sigstore does not use");
}

/** @throws TypeError where the bytes are not UTF-8 */
function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

function fulcioValues(certificate: Certificate): Map<number, string> {
  const values = new Map<number, string>();
  for (const [oid, { value: bytes }] of certificate.fields.extensions) {
    if (!oid.startsWith(FULCIO)) continue;
    const number = Number(oid.slice(FULCIO.length));
    if (number < OTHER_NAME) values.set(number, utf8(bytes));
    else {
      const { tag, content } = readDer(bytes);
      if (tag === TAG.utf8String) values.set(number, utf8(content));
      else if (number === ISSUER_V2) throw new Error("The issuer is not text.");
    }
  }
  return values;
}

function malformed(label: string, why: string, cause?: unknown): ProvenanceError {
  const message = `${label} contains a signing certificate that is not of Sigstore: ${why}.`;
  return new ProvenanceError("CERTIFICATE_MALFORMED", message, { details: { label }, cause });
}
