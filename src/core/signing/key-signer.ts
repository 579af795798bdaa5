import type { VerificationMaterial } from "../bundle/bundle.ts";
import { PAYLOAD_TYPE, preAuthenticationEncoding } from "../bundle/dsse.ts";
import { encodeBundle } from "../bundle/write-bundle.ts";
import type { PemSource } from "../trust.ts";
import { keyFingerprint } from "../verification/elliptic-keys.ts";
import type { CertificateSigner, KeySigner } from "../verification/signer.ts";
import { checkWritten } from "./check-written.ts";
import { readPrivateKey, type SignerPublicKey, signParts } from "./private-key.ts";
import type { Signer, SignerOptions } from "./signer.ts";

export interface KeyIdentity {
  readonly method: "key";
  /** EC, PEM in SEC1 or PKCS#8. */
  readonly privateKey: PemSource;
  readonly passphrase?: string | undefined;
}

/** @throws ProvenanceError KEY_* */
export function createKeySigner({ privateKey, passphrase }: KeyIdentity, options: SignerOptions): Signer {
  const key = readPrivateKey(privateKey, passphrase);
  const { label } = privateKey;
  return signerWithKey(key, label, keyOwner(key, label), options, async (parts) => signParts(key, parts));
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

/** Signs in the name of a key's owner, wherever the key is. */
export function signerWithKey(
  key: SignerPublicKey,
  label: string,
  { signer, material }: KeyOwner,
  { signature }: SignerOptions,
  signParts: SignParts,
): Signer {
  const pem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    trust: { keys: [{ label, pem }] },
    sign: async (payload) => ({
      bytes: encodeBundle(material, payload, await signParts(preAuthenticationEncoding(PAYLOAD_TYPE, payload))),
      signer,
      checkWritten: (written) => checkWritten(written, signature, key, payload),
    }),
  };
}
