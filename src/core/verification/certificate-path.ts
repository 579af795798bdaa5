import { webcrypto } from "node:crypto";
import * as pkijs from "pkijs";
import { type ErrorCode, ProvenanceError } from "../errors.ts";
import { type Certificate, certifiedKey } from "./certificates.ts";

/** Certificates that a bundle may carry. */
export const MAX_CHAIN = 16;
/** Look-ups of an issuer while a path is built; certificates that sign each other would be followed for ever. */
const MAX_ISSUER_LOOKUPS = 64;

const BASIC_CONSTRAINTS = "2.5.29.19";
/** Extensions whose meaning is honoured, here or by pkijs (RFC 5280, 4.2): only these may be critical. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  BASIC_CONSTRAINTS,
  "2.5.29.15", // key usage
  "2.5.29.17", // subject alternative name
  "2.5.29.30", // name constraints
  "2.5.29.32", // certificate policies
  "2.5.29.33", // policy mappings
  "2.5.29.36", // policy constraints
  "2.5.29.37", // extended key usage
  "2.5.29.54", // inhibit anyPolicy
]);
const WEAK_SIGNATURES: ReadonlySet<string> = new Set([
  "1.2.840.113549.1.1.4", // md5WithRSAEncryption
  "1.2.840.113549.1.1.5", // sha1WithRSAEncryption
  "1.2.840.10045.4.1", // ecdsa-with-SHA1
]);

/** Result codes of pkijs's path validation that mean something else than "no path to a root". */
const EXPIRED = 8;
const NO_PATH: ReadonlySet<number> = new Set([-1, 60, 97]);

/**
 * Builds and validates a path from the leaf to one of the roots (RFC 5280, section 6). Building goes by signature and
 * key identifiers. pkijs does the work; what it leaves out is checked here: that the path begins with this very leaf,
 * critical extensions,
 * path lengths, name chaining of self-issued certificates, weak signatures, and cycles.
 *
 * @param others certificates that came with the leaf: never trusted
 * @param at when all of the path has to be valid
 * @returns the path, leaf first, root last
 * @throws ProvenanceError CERTIFICATE_UNTRUSTED_ROOT, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID, CERTIFICATE_PATH_INVALID
 */
export async function validatePath(
  leaf: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[],
  at: Date,
  label: string,
): Promise<Certificate[]> {
  checkValidity(leaf, at, label);
  refuseUnknownCritical(leaf, label);
  // Whoever gives the leaf itself as a root has pinned it.
  if (roots.some((root) => root.der.equals(leaf.der))) return [leaf];

  const intermediates = unique(others).filter((other) => !other.der.equals(leaf.der));
  let lookups = 0;
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: unique(roots).map(({ pki }) => pki),
    certs: [...intermediates, leaf].map(({ pki }) => pki),
    checkDate: at,
    findIssuer: (certificate, validation, crypto) => {
      if (++lookups > MAX_ISSUER_LOOKUPS) throw new Error("The certificates sign each other in a circle.");
      return validation.defaultFindIssuer(certificate, validation, crypto);
    },
  });
  const crypto = new pkijs.CryptoEngine({ name: "node", crypto: webcrypto });
  const validation = await engine.verify({}, crypto);
  if (!validation.result) throw pathError(validation.resultCode, validation.resultMessage, label);

  const known = [leaf, ...intermediates, ...roots];
  const path = (validation.certificatePath ?? []).map((pki) => known.find((certificate) => certificate.pki === pki));
  const whole = path.filter((certificate) => certificate !== undefined);
  if (whole.length !== path.length || whole.length < 2 || whole[0] !== leaf) {
    throw invalid(label, "the path does not begin with the signing certificate");
  }
  checkPath(whole, at, label);
  return whole;
}

function checkPath(path: readonly Certificate[], at: Date, label: string): void {
  let intermediates = 0;
  for (const [index, certificate] of path.entries()) {
    checkValidity(certificate, at, label);
    refuseUnknownCritical(certificate, label);
    const issuer = path[index + 1];
    if (issuer !== undefined) {
      if (!certificate.pki.issuer.isEqual(issuer.pki.subject)) throw invalid(label, "issuer and subject do not chain");
      const issuerKey = certifiedKey(issuer, label, "CERTIFICATE_MALFORMED");
      if (!certificate.x509.verify(issuerKey)) throw invalid(label, "a signature of the path does not fit");
      if (WEAK_SIGNATURES.has(certificate.pki.signatureAlgorithm.algorithmId)) {
        throw invalid(label, "a certificate is signed with MD5 or SHA-1");
      }
    }
    if (index === 0) continue;
    const limit = pathLengthLimit(certificate);
    if (limit !== undefined && intermediates > limit)
      throw invalid(label, "the path is longer than a certificate allows");
    if (!certificate.pki.issuer.isEqual(certificate.pki.subject)) intermediates++;
  }
}

/** pkijs lets an extension pass that it can decode but does not know. */
function refuseUnknownCritical({ pki }: Certificate, label: string): void {
  const unknown = pki.extensions?.find(({ critical, extnID }) => critical && !KNOWN_EXTENSIONS.has(extnID));
  if (unknown !== undefined) {
    throw invalid(label, `a certificate has a critical extension that is not known here (${unknown.extnID})`);
  }
}

/** RFC 5280, 4.2.1.9: how many intermediate certificates may follow. */
function pathLengthLimit(certificate: Certificate): number | undefined {
  for (const extension of certificate.pki.extensions ?? []) {
    const value: unknown = extension.parsedValue;
    if (extension.extnID !== BASIC_CONSTRAINTS || !(value instanceof pkijs.BasicConstraints)) continue;
    const limit: unknown = "pathLenConstraint" in value ? value.pathLenConstraint : undefined;
    if (typeof limit === "number") return limit;
  }
  return undefined;
}

/** @throws ProvenanceError CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID */
export function checkValidity({ x509 }: Certificate, at: Date, label: string): void {
  const name = x509.subject.split("\n").join(", ");
  const notAfter = new Date(x509.validTo);
  if (at > notAfter) {
    throw new ProvenanceError(
      "CERTIFICATE_EXPIRED",
      `${label}: the certificate of ${name} expired on ${notAfter.toISOString().slice(0, 10)}. Ask the signer to sign again.`,
      { details: { subject: name, notAfter: notAfter.toISOString() } },
    );
  }
  const notBefore = new Date(x509.validFrom);
  if (at < notBefore) {
    throw new ProvenanceError(
      "CERTIFICATE_NOT_YET_VALID",
      `${label}: the certificate of ${name} is valid only from ${notBefore.toISOString().slice(0, 10)}. Check this machine's clock.`,
      { details: { subject: name, notBefore: notBefore.toISOString() } },
    );
  }
}

function pathError(code: number, message: string, label: string): ProvenanceError {
  if (NO_PATH.has(code)) {
    return new ProvenanceError(
      "CERTIFICATE_UNTRUSTED_ROOT",
      `${label}: the signer's certificate does not lead to a root that you trust. Give the root certificate of whoever issued it.`,
      { details: { detail: message } },
    );
  }
  if (code === EXPIRED) {
    return certificateError(
      "CERTIFICATE_EXPIRED",
      `${label}: a certificate between the signer and the root is not valid now.`,
    );
  }
  return invalid(label, message);
}

function invalid(label: string, why: string): ProvenanceError {
  return certificateError("CERTIFICATE_PATH_INVALID", `${label}: the signer's certificate path is not valid: ${why}.`);
}

function certificateError(code: ErrorCode, message: string): ProvenanceError {
  return new ProvenanceError(code, message);
}

function unique(certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter(
    (certificate, index) => certificates.findIndex((other) => other.der.equals(certificate.der)) === index,
  );
}
