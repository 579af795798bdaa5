import { fail, ProvenanceError } from "../errors.ts";
import { buildPaths } from "./certificates/build-paths.ts";
import { isSameName } from "./certificates/distinguished-names.ts";
import { EXTENSION, unprocessedExtension } from "./certificates/extensions.ts";
import type { GeneralName } from "./certificates/general-names.ts";
import { maySignCertificates, purposeViolation } from "./certificates/key-usage.ts";
import { ConstrainedNames } from "./certificates/name-constraints.ts";
import { type Certificate, certificateName } from "./certificates.ts";
import { distinguishedName } from "./distinguished-name.ts";

/** Most certificates in a bundle. */
export const MAX_CHAIN = 16;

const WEAK_SIGNATURES: ReadonlySet<string> = new Set([
  "1.2.840.113549.1.1.4", // md5WithRSAEncryption
  "1.2.840.113549.1.1.5", // sha1WithRSAEncryption
  "1.2.840.10045.4.1", // ecdsa-with-SHA1
]);

/**
 * Builds and validates a path from the leaf to one of the roots (RFC 5280, section 6), without a library: `pkijs`
 * validates only one of several paths, and name constraints wrongly. One valid path is enough. Revocation is not checked
 * (6.1.3 (a) (3)).
 *
 * @param others certificates from the bundle: never trusted
 * @param at when the whole path has to be valid
 * @returns the path, leaf first, root last
 * @throws ProvenanceError CERTIFICATE_UNTRUSTED_ROOT, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID, CERTIFICATE_PATH_INVALID, CERTIFICATE_USAGE
 */
export function validatePath(
  leaf: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[],
  at: Date,
  label: string,
): readonly Certificate[] {
  checkValidity(leaf, at, label);
  checkCriticalExtensions(leaf, label);
  // A leaf that is trusted as a root is pinned.
  if (roots.some((root) => root.der.equals(leaf.der))) return [leaf];

  const anchors = unique(roots);
  const intermediates = unique(others).filter(
    ({ der }) => !der.equals(leaf.der) && !anchors.some((root) => root.der.equals(der)),
  );
  let first: unknown;
  for (const path of buildPaths(leaf, intermediates, anchors)) {
    try {
      checkPath(path, at, label);
      return path;
    } catch (error) {
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
  const authority = claimedAuthority(leaf, others);
  const message = `${label}: the signer's certificate does not lead to a root that you trust. Trust the root certificate of "${authority}" to verify it.`;
  throw new ProvenanceError("CERTIFICATE_UNTRUSTED_ROOT", message, { details: { authority } });
}

/**
 * The distinguished name of the root (RFC 4514) that a signer's certificates name, by their names alone: nothing is
 * verified, and anyone can write such a name.
 */
export function claimedAuthority(leaf: Certificate, others: readonly Certificate[]): string {
  const seen = new Set([leaf]);
  let last = leaf;
  for (;;) {
    const issuer = others.find((other) => !seen.has(other) && isSameName(last.fields.issuer, other.fields.subject));
    if (issuer === undefined) return distinguishedName(last.x509.issuer);
    seen.add(issuer);
    last = issuer;
  }
}

/** From the trust anchor to the leaf. Signatures were verified when the path was built (6.1.3 (a) (1)). */
function checkPath(path: readonly Certificate[], at: Date, label: string): void {
  // RFC 5280, 6.1.2: the state of path validation.
  const names = new ConstrainedNames();
  /** How many more intermediates may follow that are not self-issued. */
  let maxPathLength = path.length;
  const constrain = ({ fields, ...certificate }: Certificate): void => {
    const { nameConstraints, pathLength } = fields;
    if (nameConstraints !== undefined) names.add(nameConstraints, certificateName(certificate)); // 6.1.4 (g)
    maxPathLength = Math.min(maxPathLength, pathLength ?? maxPathLength); // 6.1.4 (m)
  };
  const [anchor, ...below] = path.toReversed();
  if (anchor === undefined) return;
  // RFC 5937: the constraints of the trust anchor apply like those of any authority.
  checkValidity(anchor, at, label);
  checkAuthority(anchor, label);
  constrain(anchor);

  let issuer = anchor;
  for (const [index, certificate] of below.entries()) {
    const isLeaf = index === below.length - 1;
    checkCertificate(certificate, issuer, at, label); // 6.1.3 (a)
    // 6.1.3 (b), (c): a self-issued certificate is exempt, unless it is the last.
    if (isLeaf || !isSelfIssued(certificate)) checkNames(certificate, names, label);
    if (isLeaf) {
      checkCriticalExtensions(certificate, label); // 6.1.5 (f)
    } else {
      checkAuthority(certificate, label);
      // 6.1.4 (l)
      if (!isSelfIssued(certificate)) {
        if (maxPathLength <= 0) {
          throw invalid(
            label,
            `the path is longer than a certificate allows (${certificateName(certificate)} is one too many)`,
          );
        }
        maxPathLength--;
      }
      constrain(certificate);
    }
    issuer = certificate;
  }
}

/** RFC 5280, 6.1.3 (a). */
function checkCertificate(certificate: Certificate, issuer: Certificate, at: Date, label: string): void {
  if (WEAK_SIGNATURES.has(certificate.fields.signatureAlgorithm)) {
    throw invalid(label, `the certificate of ${certificateName(certificate)} is signed with MD5 or SHA-1`);
  }
  checkValidity(certificate, at, label); // (2)
  if (!isSameName(certificate.fields.issuer, issuer.fields.subject)) {
    const names = `${certificateName(certificate)} and ${certificateName(issuer)}`; // (4)
    throw invalid(label, `issuer and subject of the certificates of ${names} do not chain`);
  }
}

/** RFC 5280, 6.1.3 (b), (c): the subject, where it is not empty, and all alternative names. */
function checkNames(certificate: Certificate, names: ConstrainedNames, label: string): void {
  const { subject, alternativeNames } = certificate.fields;
  const all: GeneralName[] = [...alternativeNames];
  if (subject.parts.length > 0) all.push({ form: "directoryName", name: subject });
  // 4.2.1.10 requires this without alternative names only; OpenSSL does it always.
  all.push(...subject.mailAddresses.map((text) => ({ form: "rfc822Name", text }) as const));
  const violation = names.violation(all);
  if (violation === undefined) return;
  throw invalid(label, `the certificate of ${certificateName(certificate)} breaks a name constraint: ${violation}`);
}

/** RFC 5280, 6.1.4: whether a certificate may issue the next one. */
function checkAuthority(certificate: Certificate, label: string): void {
  const { fields } = certificate;
  const name = certificateName(certificate);
  if (fields.mapsAnyPolicy) throw invalid(label, `the certificate of ${name} maps the policy "any"`); // (a)
  if (!fields.isAuthority) throw invalid(label, `${name} is not a certificate authority`); // (k)
  if (!maySignCertificates(fields)) throw invalid(label, `${name} may not sign certificates (its key usage)`); // (n)
  checkCriticalExtensions(certificate, label); // (o)
  const fault = purposeViolation(fields);
  if (fault !== undefined) {
    const message = `${label}: the certificate authority ${name} does not certify signers of models: ${fault}.`;
    throw new ProvenanceError("CERTIFICATE_USAGE", message);
  }
}

/** RFC 5280, 6.1.4 (o), 6.1.5 (f). */
function checkCriticalExtensions(certificate: Certificate, label: string): void {
  const { extensions, hasUnknownQualifier } = certificate.fields;
  const unprocessed =
    unprocessedExtension(extensions) ??
    (hasUnknownQualifier && extensions.get(EXTENSION.certificatePolicies)?.critical ? "a policy qualifier" : undefined);
  if (unprocessed === undefined) return;
  const name = certificateName(certificate);
  throw invalid(label, `the certificate of ${name} has a critical extension that is not supported (${unprocessed})`);
}

/** RFC 5280, 6.1: whether subject and issuer are the same name. */
function isSelfIssued({ fields }: Certificate): boolean {
  return isSameName(fields.subject, fields.issuer);
}

/** @throws ProvenanceError CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID, CERTIFICATE_MALFORMED */
export function checkValidity(certificate: Pick<Certificate, "x509">, at: Date, label: string): void {
  const { x509 } = certificate;
  const name = certificateName(certificate);
  const notAfter = new Date(x509.validTo);
  const notBefore = new Date(x509.validFrom);
  // Every comparison with an invalid date is false.
  if (Number.isNaN(notAfter.getTime()) || Number.isNaN(notBefore.getTime())) {
    const message = `${label}: the certificate of ${name} has a validity period that cannot be read.`;
    throw new ProvenanceError("CERTIFICATE_MALFORMED", message);
  }
  if (at > notAfter) {
    const message = `${label}: the certificate of ${name} expired on ${notAfter.toISOString().slice(0, 10)}. Ask the signer to sign again.`;
    fail("CERTIFICATE_EXPIRED", message, { subject: name, notAfter: notAfter.toISOString() });
  }
  if (at < notBefore) {
    const message = `${label}: the certificate of ${name} is valid only from ${notBefore.toISOString().slice(0, 10)}. Check this machine's clock.`;
    fail("CERTIFICATE_NOT_YET_VALID", message, { subject: name, notBefore: notBefore.toISOString() });
  }
}

function invalid(label: string, why: string): ProvenanceError {
  const message = `${label}: the signer's certificate path is not valid: ${why}.`;
  return new ProvenanceError("CERTIFICATE_PATH_INVALID", message);
}

function unique(certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter(
    (certificate, index) => certificates.findIndex((other) => other.der.equals(certificate.der)) === index,
  );
}
