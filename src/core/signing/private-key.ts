import { createPrivateKey, createPublicKey, createSign, type KeyObject } from "node:crypto";
import { fail, ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import { CURVE_DIGEST, requireCurve } from "../verification/elliptic-keys.ts";
import type { Curve } from "../verification/signer.ts";

export interface SignerPublicKey {
  readonly publicKey: KeyObject;
  readonly curve: Curve;
}

export interface SigningKey extends SignerPublicKey {
  readonly privateKey: KeyObject;
}

/** Whether a PEM text holds an encrypted key (PKCS#8, RFC 5958, or the headers of RFC 1421). */
export function isEncryptedKey(pem: string): boolean {
  return pem.includes("-----BEGIN ENCRYPTED PRIVATE KEY-----") || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

/**
 * Reads an EC private key: PEM in SEC1 or PKCS#8, encrypted or not.
 *
 * @throws ProvenanceError KEY_PASSPHRASE_REQUIRED, KEY_PASSPHRASE_WRONG, KEY_UNREADABLE, KEY_UNSUPPORTED
 */
export function readPrivateKey({ label, pem }: PemSource, passphrase: string | undefined): SigningKey {
  const encrypted = isEncryptedKey(pem);
  if (encrypted && passphrase === undefined) {
    fail("KEY_PASSPHRASE_REQUIRED", `${label} is encrypted: its passphrase is needed.`, { label });
  }
  const keys = pem.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----/g) ?? [];
  if (keys.length > 1) {
    const message = `${label} contains ${keys.length} private keys. Give a file that contains the one to sign with.`;
    throw new ProvenanceError("KEY_UNREADABLE", message, { details: { label } });
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key: pem, format: "pem", ...(encrypted && { passphrase: passphrase ?? "" }) });
  } catch (cause) {
    // The cause of a wrong passphrase is what decryption made of the key, so it is not kept.
    // One in a few hundred wrong ones decrypts to something that Node reports as unsupported.
    if (encrypted) {
      const message = `The passphrase for ${label} is wrong, or the file is damaged.`;
      throw new ProvenanceError("KEY_PASSPHRASE_WRONG", message, { details: { label } });
    }
    const message = `${label} is not a private key in PEM (${describePem(pem)}).`;
    throw new ProvenanceError("KEY_UNREADABLE", message, { details: { label }, cause });
  }
  const curve = requireCurve(privateKey, label);
  return { privateKey, publicKey: createPublicKey(privateKey), curve };
}

/** ECDSA over the parts of a message, with the digest that fits the curve; DER (RFC 3279). */
export function signParts({ privateKey, curve }: SigningKey, parts: readonly Buffer[]): Buffer {
  const signer = createSign(CURVE_DIGEST[curve]);
  for (const part of parts) signer.update(part);
  return signer.sign({ key: privateKey, dsaEncoding: "der" });
}

function describePem(pem: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  return label === undefined ? "it has no PEM header" : `it contains a ${label}`;
}
