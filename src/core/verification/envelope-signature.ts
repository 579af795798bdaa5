import { createVerify, type KeyObject } from "node:crypto";
import type { Envelope } from "../bundle/bundle.ts";
import { legacyEncoding, preAuthenticationEncoding } from "../bundle/dsse.ts";
import { claimsLegacyLayout } from "../bundle/statement.ts";
import { CURVE_DIGEST } from "./elliptic-keys.ts";
import type { Curve } from "./signer.ts";

/**
 * Verifies the DSSE signature over the payload as received, with the digest of the curve.
 * Statements in the deprecated layout were signed over another encoding, and always with SHA-256.
 */
export function verifyEnvelopeSignature(envelope: Envelope, key: KeyObject, curve: Curve): boolean {
  const { payloadType, payload, signature } = envelope;
  if (verifies(CURVE_DIGEST[curve], preAuthenticationEncoding(payloadType, payload), key, signature)) return true;
  if (!claimsLegacyLayout(payload)) return false;
  return verifies("sha256", legacyEncoding(payloadType, payload), key, signature);
}

/** BoringSSL needs the digest by name. A signature that is not DER does not verify. */
function verifies(digest: string, parts: readonly Buffer[], key: KeyObject, signature: Buffer): boolean {
  const verifier = createVerify(digest);
  for (const part of parts) verifier.update(part);
  return verifier.verify({ key, dsaEncoding: "der" }, signature);
}
