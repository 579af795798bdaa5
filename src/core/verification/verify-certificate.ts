import { basename } from "node:path";
import * as pkijs from "pkijs";
import type { Bundle, VerificationMaterial } from "../bundle/bundle.ts";
import { ProvenanceError } from "../errors.ts";
import type { CertificateTrust } from "../trust.ts";
import { MAX_CHAIN, validatePath } from "./certificate-path.ts";
import { certificateSigner } from "./certificate-signer.ts";
import { type Certificate, certifiedKey, parseCertificate, readCertificates } from "./certificates.ts";
import { requireCurve } from "./elliptic-keys.ts";
import { envelopeSignatureFits } from "./envelope-signature.ts";
import type { CertificateSigner } from "./signer.ts";

type CertificateMaterial = Extract<VerificationMaterial, { method: "certificate" }>;

const KEY_USAGE = "2.5.29.15";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const DIGITAL_SIGNATURE = 0x80;
/**
 * Checks a bundle against certificate roots that the caller trusts: the signature by the leaf's key, then the path
 * (OMS 8.2, RFC 5280). Whether the signer's name is the one wanted is left to {@link hasIdentity}.
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
    throw new ProvenanceError(
      "CERTIFICATE_MALFORMED",
      `${label} carries ${material.chain.length} certificates; the limit is ${MAX_CHAIN}.`,
      { details: { limit: MAX_CHAIN } },
    );
  }
  const [leaf, ...others] = material.chain.map((der) => parseCertificate(der, label, "CERTIFICATE_MALFORMED"));
  if (leaf === undefined) throw new ProvenanceError("CERTIFICATE_MALFORMED", `${label} carries no certificate.`);

  const key = certifiedKey(leaf, label, "CERTIFICATE_MALFORMED");
  const curve = requireCurve(key, `The key of the signing certificate in ${label}`, "CERTIFICATE_KEY_UNSUPPORTED");
  if (!envelopeSignatureFits(bundle.envelope, key, curve)) {
    throw new ProvenanceError(
      "SIGNATURE_NOT_AUTHENTIC",
      `${label} does not fit its own certificate: the file was altered after signing.`,
    );
  }
  checkLeafUsage(leaf, label);
  if (roots.length === 0) {
    throw new ProvenanceError(
      "CERTIFICATE_NO_ROOTS",
      `${label} was signed with a certificate, and no root certificate is trusted here. Give the root of whoever issued it.`,
    );
  }
  const path = await validatePath(leaf, others, roots, trust.at ?? new Date(), label);
  return certificateSigner(leaf, path, (path.at(-1) ?? leaf).x509.subject);
}

/** Exact: the subject, or one alternative name with or without its type before it. */
export function hasIdentity(signer: CertificateSigner, identity: string): boolean {
  return (
    signer.subject === identity ||
    signer.alternativeNames.some((name) => name === identity || name.slice(name.indexOf(":") + 1) === identity)
  );
}

/**
 * A leaf may sign if its key usage says so, or its extended key usage says code signing. Genuine leaves exist with
 * `CA:TRUE` and without an extended key usage, so neither is asked for.
 *
 * @throws ProvenanceError CERTIFICATE_USAGE
 */
export function checkLeafUsage(leaf: Certificate, label: string): void {
  let maySign = false;
  for (const extension of leaf.pki.extensions ?? []) {
    const value: unknown = extension.parsedValue;
    if (extension.extnID === KEY_USAGE) maySign ||= firstBits(value, DIGITAL_SIGNATURE);
    if (extension.extnID === EXTENDED_KEY_USAGE && value instanceof pkijs.ExtKeyUsage) {
      maySign ||= value.keyPurposes.includes(CODE_SIGNING);
    }
  }
  if (maySign) return;
  throw new ProvenanceError(
    "CERTIFICATE_USAGE",
    `${label}: the signing certificate is not made for signing (its key usage lacks "digital signature").`,
  );
}

/** Whether the first byte of a BIT STRING has all bits of the mask. */
function firstBits(value: unknown, mask: number): boolean {
  if (typeof value !== "object" || value === null || !("valueBlock" in value)) return false;
  const block: unknown = value.valueBlock;
  if (typeof block !== "object" || block === null || !("valueHexView" in block)) return false;
  const bytes: unknown = block.valueHexView;
  return bytes instanceof Uint8Array && ((bytes[0] ?? 0) & mask) === mask;
}
