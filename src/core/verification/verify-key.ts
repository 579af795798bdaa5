import { createPublicKey, type KeyObject } from "node:crypto";
import { basename } from "node:path";
import type { Bundle, VerificationMaterial } from "../bundle/bundle.ts";
import { fail, ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import { curveOf, keyFingerprint, readPublicKey } from "./elliptic-keys.ts";
import { verifyEnvelopeSignature } from "./envelope-signature.ts";
import type { Curve, KeySigner } from "./signer.ts";

type KeyMaterial = Extract<VerificationMaterial, { method: "key" }>;

/**
 * Verifies a bundle against trusted keys. The hint serves error messages only; a key embedded in an older bundle is never
 * trusted.
 *
 * @param signaturePath for messages
 * @throws ProvenanceError SIGNATURE_NOT_AUTHENTIC, KEY_MISMATCH, KEY_UNKNOWN, KEY_UNREADABLE, KEY_UNSUPPORTED
 */
export function verifyKeyBundle(
  bundle: Bundle,
  material: KeyMaterial,
  keys: readonly PemSource[],
  signaturePath: string,
): KeySigner {
  const label = basename(signaturePath);
  const trusted = keys.map(trustedKey);
  for (const { key, curve, fingerprint, label: keyLabel } of trusted) {
    if (verifyEnvelopeSignature(bundle.envelope, key, curve)) {
      return { method: "key", fingerprint, curve, label: keyLabel };
    }
  }

  const embedded = material.embeddedKey && readEmbeddedKey(material.embeddedKey);
  const claimed = material.hint ?? (embedded && keyFingerprint(embedded));
  const named = trusted.find(({ fingerprint }) => fingerprint === claimed);
  if (named !== undefined) {
    const message = `The signature in ${label} does not verify against ${named.label}, the key that it names.`;
    throw new ProvenanceError("SIGNATURE_NOT_AUTHENTIC", message, { details: { key: named.label } });
  }
  const embeddedCurve = embedded && curveOf(embedded);
  const verifies = embedded && embeddedCurve && verifyEnvelopeSignature(bundle.envelope, embedded, embeddedCurve);
  if (material.embeddedKey !== undefined && verifies !== true) {
    const message = `The signature in ${label} does not verify against the key that it carries.`;
    throw new ProvenanceError("SIGNATURE_NOT_AUTHENTIC", message);
  }
  const [only] = trusted;
  if (only !== undefined && trusted.length === 1) {
    const message = `${label} was signed with another key than ${only.label}. Give the signer's public key.`;
    fail("KEY_MISMATCH", message, { key: only.label, expected: only.fingerprint, found: claimed ?? "" });
  }
  const message = `${label} was signed with a key that is not trusted here. Choose the signer's public key.`;
  throw new ProvenanceError("KEY_UNKNOWN", message, { details: { found: claimed ?? "" } });
}

interface TrustedKey {
  readonly key: KeyObject;
  readonly curve: Curve;
  readonly fingerprint: string;
  readonly label: string;
}

/** A scan verifies thousands of models against the same keys: reading one takes as long as verifying with it. */
const read = new WeakMap<PemSource, TrustedKey>();

function trustedKey(source: PemSource): TrustedKey {
  const known = read.get(source);
  if (known !== undefined) return known;
  const { key, curve } = readPublicKey(source);
  const trusted = { key, curve, fingerprint: keyFingerprint(key), label: source.label };
  read.set(source, trusted);
  return trusted;
}

/** PEM text in old bundles of the reference, DER by the field's specification. */
function readEmbeddedKey(bytes: Buffer): KeyObject | undefined {
  for (const input of [
    { key: bytes, format: "pem" },
    { key: bytes, format: "der", type: "spki" },
  ] as const) {
    try {
      return createPublicKey(input);
    } catch {
      // Not in this form.
    }
  }
  return undefined;
}
