import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { type ErrorCode, ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import type { Curve } from "./signer.ts";

const CURVES: Readonly<Record<string, Curve>> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

/** The digest of each curve (Sigstore's algorithm registry). */
export const CURVE_DIGEST: Readonly<Record<Curve, "sha256" | "sha384" | "sha512">> = {
  "P-256": "sha256",
  "P-384": "sha384",
  "P-521": "sha512",
};

/** The curve of an EC key, if OMS knows it (algorithm registry, signing key types). */
export function curveOf(key: KeyObject): Curve | undefined {
  const name = key.asymmetricKeyDetails?.namedCurve;
  return key.asymmetricKeyType === "ec" && name !== undefined ? CURVES[name] : undefined;
}

/** "an RSA key", "an Ed25519 key", "an EC key on secp256k1": for messages. */
export function keyKind(key: KeyObject): string {
  const type = key.asymmetricKeyType ?? "unknown";
  if (type === "ec") return `an EC key on the curve ${key.asymmetricKeyDetails?.namedCurve ?? "of its own parameters"}`;
  if (type.startsWith("ed")) return `an ${type.charAt(0).toUpperCase()}${type.slice(1)} key`;
  if (type.startsWith("rsa")) return "an RSA key";
  return `a key of the type ${type}`;
}

export function requireCurve(key: KeyObject, label: string, code: ErrorCode = "KEY_UNSUPPORTED"): Curve {
  const curve = curveOf(key);
  if (curve !== undefined) return curve;
  const message = `${label} is ${keyKind(key)}; model signatures need an EC key: P-256, P-384 or P-521.`;
  throw new ProvenanceError(code, message, { details: { label } });
}

/**
 * Reads the public key of a PEM text (SubjectPublicKeyInfo) that holds one, and nothing else.
 *
 * @throws ProvenanceError KEY_UNREADABLE, KEY_UNSUPPORTED
 */
export function readPublicKey({ label, pem }: PemSource): { key: KeyObject; curve: Curve } {
  const unreadable = (why: string, cause?: unknown): ProvenanceError =>
    new ProvenanceError("KEY_UNREADABLE", `${label} ${why}`, { details: { label }, cause });
  // Node would derive a public key from either.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw unreadable("is a private key. Give the public key that belongs to it.");
  }
  if (pem.includes("-----BEGIN CERTIFICATE-----")) {
    throw unreadable(
      'is a certificate, not a public key. Verify with the method "certificate", or give the public key.',
    );
  }
  const blocks = pem.match(/-----BEGIN [^-]*-----/g) ?? [];
  // Node reads the first and ignores the rest.
  if (blocks.length > 1) {
    throw unreadable(
      `contains ${blocks.length} PEM blocks where one public key is expected. Give each key separately.`,
    );
  }
  let key: KeyObject;
  try {
    key = createPublicKey({ key: pem, format: "pem" });
  } catch (cause) {
    throw unreadable("is not a public key in PEM (-----BEGIN PUBLIC KEY-----).", cause);
  }
  return { key, curve: requireCurve(key, label) };
}

/** Hex SHA-256 of the PEM text of the public key, final newline included: the reference's key hint. */
export function keyFingerprint(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "pem" }))
    .digest("hex");
}
