import type { VerificationMaterial } from "../bundle/bundle.ts";
import { PAYLOAD_TYPE, preAuthenticationEncoding } from "../bundle/dsse.ts";
import { parseBundle } from "../bundle/parse-bundle.ts";
import { encodeBundle } from "../bundle/write-bundle.ts";
import { ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import { keyFingerprint } from "../verification/elliptic-keys.ts";
import { verifyEnvelopeSignature } from "../verification/envelope-signature.ts";
import type { CertificateSigner, KeySigner } from "../verification/signer.ts";
import { readPrivateKey, type SignerPublicKey, signParts } from "./private-key.ts";
import type { Signer } from "./signer.ts";

export interface KeyIdentity {
  readonly method: "key";
  /** EC, PEM in SEC1 or PKCS#8. */
  readonly privateKey: PemSource;
  readonly passphrase?: string | undefined;
}

/** @throws ProvenanceError KEY_* */
export function createKeySigner({ privateKey, passphrase }: KeyIdentity): Signer {
  const key = readPrivateKey(privateKey, passphrase);
  const { label } = privateKey;
  return signerWithKey(key, label, keyOwner(key, label), async (parts) => signParts(key, parts));
}

export interface KeyOwner {
  readonly signer: KeySigner | CertificateSigner;
  readonly material: Exclude<VerificationMaterial, { method: "sigstore" }>;
}

/** The owner of a key that stands for itself. */
export function keyOwner({ publicKey, curve }: SignerPublicKey, label: string): KeyOwner {
  const fingerprint = keyFingerprint(publicKey);
  return { signer: { method: "key", fingerprint, curve, label }, material: { method: "key", hint: fingerprint } };
}

/** Signs the parts of a message, one after the other, with the digest that fits the curve; DER (RFC 3279). */
export type SignParts = (parts: readonly Buffer[]) => Promise<Buffer>;

/**
 * Signs in the name of a key's owner, wherever the key is. A bundle that does not verify with the public key is not
 * returned.
 */
export function signerWithKey(
  { publicKey, curve }: SignerPublicKey,
  label: string,
  { signer, material }: KeyOwner,
  signParts: SignParts,
): Signer {
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    trust: { keys: [{ label, pem }] },
    async sign(payload) {
      const signature = await signParts(preAuthenticationEncoding(PAYLOAD_TYPE, payload));
      const bytes = encodeBundle(material, payload, signature);
      if (verifyEnvelopeSignature(parseBundle(bytes, label).envelope, publicKey, curve)) return { bytes, signer };
      const message = `Not signed: the signature by ${label} does not verify with the public key. The two may not belong together.`;
      throw new ProvenanceError("SIGNATURE_SELF_CHECK", message, { details: { label } });
    },
  };
}
