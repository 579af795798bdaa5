import { basename } from "node:path";
import type { Bundle, VerificationMaterial } from "../bundle/bundle.ts";
import { ProvenanceError } from "../errors.ts";
import type { CertificateTrust } from "../trust.ts";
import { claimedAuthority, MAX_CHAIN, validatePath } from "./certificate-path.ts";
import { checkLeafUsage } from "./certificates/key-usage.ts";
import {
  alternativeNames,
  type Certificate,
  certificateFingerprint,
  certifiedKey,
  parseCertificate,
  readCertificates,
} from "./certificates.ts";
import { distinguishedName } from "./distinguished-name.ts";
import { requireCurve } from "./elliptic-keys.ts";
import { verifyEnvelopeSignature } from "./envelope-signature.ts";
import type { CertificateSigner } from "./signer.ts";

type CertificateMaterial = Extract<VerificationMaterial, { method: "certificate" }>;

/**
 * Verifies a bundle against trusted certificate roots: the signature with the leaf's key, then the path (OMS 8.2, RFC
 * 5280). The caller checks the signer's name.
 *
 * @param signaturePath for messages
 * @throws ProvenanceError SIGNATURE_NOT_AUTHENTIC, CERTIFICATE_*
 */
export async function verifyCertificateBundle(
  bundle: Bundle,
  material: CertificateMaterial,
  trust: CertificateTrust,
  signaturePath: string,
): Promise<CertificateSigner> {
  const label = basename(signaturePath);
  const roots = readCertificates(trust.roots);
  if (material.chain.length > MAX_CHAIN) {
    const message = `${label} carries ${material.chain.length} certificates; the limit is ${MAX_CHAIN}.`;
    throw new ProvenanceError("CERTIFICATE_MALFORMED", message, { details: { limit: MAX_CHAIN } });
  }
  const [leaf, ...others] = material.chain.map((der) => parseCertificate(der, label, "CERTIFICATE_MALFORMED"));
  if (leaf === undefined) throw new ProvenanceError("CERTIFICATE_MALFORMED", `${label} carries no certificate.`);

  const key = certifiedKey(leaf, label, "CERTIFICATE_MALFORMED");
  const curve = requireCurve(key, `The key of the signing certificate in ${label}`, "CERTIFICATE_KEY_UNSUPPORTED");
  if (!verifyEnvelopeSignature(bundle.envelope, key, curve)) {
    const message = `The signature in ${label} does not verify against its own certificate.`;
    throw new ProvenanceError("SIGNATURE_NOT_AUTHENTIC", message);
  }
  checkLeafUsage(leaf, label);
  if (roots.length === 0) {
    const authority = claimedAuthority(leaf, others);
    const message = `${label} was signed with a certificate, and no root certificate is trusted here. Trust the root certificate of "${authority}" to verify it.`;
    throw new ProvenanceError("CERTIFICATE_NO_ROOTS", message, { details: { authority } });
  }
  const path = validatePath(leaf, others, roots, trust.at ?? new Date(), label);
  return certificateSigner(leaf, path, (path.at(-1) ?? leaf).x509.subject);
}

/**
 * @param path leaf first
 * @param root subject lines of the trust anchor, as Node gives them
 */
export function certificateSigner(leaf: Certificate, path: readonly Certificate[], root: string): CertificateSigner {
  return {
    method: "certificate",
    subject: distinguishedName(leaf.x509.subject),
    issuer: distinguishedName(leaf.x509.issuer),
    alternativeNames: alternativeNames(leaf),
    serialNumber: leaf.x509.serialNumber.toLowerCase(),
    notBefore: new Date(leaf.x509.validFrom).toISOString(),
    notAfter: new Date(leaf.x509.validTo).toISOString(),
    root: distinguishedName(root),
    fingerprints: path.map(certificateFingerprint),
  };
}
