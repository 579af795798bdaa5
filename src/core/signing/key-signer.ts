import type { VerificationMaterial } from "../bundle/bundle.ts";
import { PAYLOAD_TYPE } from "../bundle/dsse.ts";
import { encodeBundle } from "../bundle/write-bundle.ts";
import type { PemSource } from "../trust.ts";
import { keyFingerprint } from "../verification/elliptic-keys.ts";
import type { CertificateSigner, KeySigner } from "../verification/signer.ts";
import { checkWritten } from "./check-written.ts";
import { readPrivateKey, type SigningKey, signPayload } from "./private-key.ts";
import type { Signer, SignerOptions } from "./signer.ts";

export interface KeyIdentity {
  readonly method: "key";
  /** EC, PEM in SEC1 or PKCS#8. */
  readonly privateKey: PemSource;
  readonly passphrase?: string;
}

/** @throws ProvenanceError KEY_* */
export function createKeySigner({ privateKey, passphrase }: KeyIdentity, options: SignerOptions): Signer {
  const key = readPrivateKey(privateKey, passphrase);
  const fingerprint = keyFingerprint(key.publicKey);
  const { label } = privateKey;
  const signer: KeySigner = { method: "key", fingerprint, curve: key.curve, label };
  return signerWithKey(key, label, { signer, material: { method: "key", hint: fingerprint } }, options);
}

export interface KeyOwner {
  readonly signer: KeySigner | CertificateSigner;
  readonly material: Exclude<VerificationMaterial, { method: "sigstore" }>;
}

/** A signer with a private key in memory. */
export function signerWithKey(
  key: SigningKey,
  label: string,
  { signer, material }: KeyOwner,
  { signature }: SignerOptions,
): Signer {
  const pem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    trust: { keys: [{ label, pem }] },
    sign: async (payload) => ({
      bytes: encodeBundle(material, payload, signPayload(key, PAYLOAD_TYPE, payload)),
      signer,
      checkWritten: (written) => checkWritten(written, signature, key, payload),
    }),
  };
}
