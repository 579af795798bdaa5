import { fail, ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import { checkValidity } from "../verification/certificate-path.ts";
import { checkLeafUsage } from "../verification/certificates/key-usage.ts";
import { certifiedKey, readCertificates } from "../verification/certificates.ts";
import type { CertificateSigner } from "../verification/signer.ts";
import { certificateSigner } from "../verification/verify-certificate.ts";
import { type KeyIdentity, type KeyOwner, signerWithKey } from "./key-signer.ts";
import { readPrivateKey, type SignerPublicKey, signParts } from "./private-key.ts";
import type { Signer } from "./signer.ts";

export interface CertificateIdentity extends Omit<KeyIdentity, "method"> {
  readonly method: "certificate";
  readonly certificate: PemSource;
  /** Intermediate certificates, and optionally the root; a PEM text may hold several. */
  readonly chain?: readonly PemSource[];
}

/** @throws ProvenanceError KEY_*, CERTIFICATE_* */
export function createCertificateSigner(identity: CertificateIdentity): Signer {
  const { privateKey, passphrase, certificate, chain = [] } = identity;
  const key = readPrivateKey(privateKey, passphrase);
  const material = readCertificateMaterial(certificate, chain, key);
  return signerWithKey(key, privateKey.label, material, async (parts) => signParts(key, parts));
}

/**
 * Returns the certificate to sign with, and the chain for the bundle.
 *
 * @throws ProvenanceError CERTIFICATE_UNREADABLE, CERTIFICATE_KEY_MISMATCH, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID, CERTIFICATE_USAGE
 */
export function readCertificateMaterial(
  source: PemSource,
  chain: readonly PemSource[],
  key: SignerPublicKey,
): KeyOwner & { readonly signer: CertificateSigner } {
  const [leaf, ...rest] = readCertificates([source]);
  if (leaf === undefined)
    throw new ProvenanceError("CERTIFICATE_UNREADABLE", `${source.label} contains no certificate.`);
  if (!certifiedKey(leaf, source.label, "CERTIFICATE_UNREADABLE").equals(key.publicKey)) {
    const message = `${source.label} does not belong to the private key given.`;
    fail("CERTIFICATE_KEY_MISMATCH", message, { label: source.label });
  }
  const now = new Date();
  checkValidity(leaf, now, source.label);
  checkLeafUsage(leaf, source.label);
  const others = [...rest, ...readCertificates(chain)].filter(({ der }) => !der.equals(leaf.der));
  for (const certificate of others) checkValidity(certificate, now, source.label);
  return {
    material: { method: "certificate", chain: [leaf, ...others].map(({ der }) => der) },
    signer: certificateSigner(leaf, [leaf, ...others], (others.at(-1) ?? leaf).x509.issuer),
  };
}
