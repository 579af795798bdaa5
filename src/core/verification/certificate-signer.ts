import { alternativeNames, type Certificate, certificateFingerprint } from "./certificates.ts";
import { distinguishedName } from "./distinguished-name.ts";
import type { CertificateSigner } from "./signer.ts";

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
