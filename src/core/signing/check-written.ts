import { createPublicKey } from "node:crypto";
import { basename } from "node:path";
import { parseBundle } from "../bundle/parse-bundle.ts";
import { ProvenanceError } from "../errors.ts";
import { verifyEnvelopeSignature } from "../verification/envelope-signature.ts";
import type { SignerPublicKey } from "./private-key.ts";

/**
 * Verifies a signature as read back from the disk.
 *
 * @param signature for messages
 * @param payload what was to be signed
 * @throws ProvenanceError SIGNATURE_SELF_CHECK, and those of {@link parseBundle}
 */
export function checkWritten(written: Buffer, signature: string, key: SignerPublicKey, payload: Buffer): void {
  const { envelope } = parseBundle(written, basename(signature));
  const publicKey = createPublicKey(key.publicKey.export({ type: "spki", format: "pem" }));
  if (envelope.payload.equals(payload) && verifyEnvelopeSignature(envelope, publicKey, key.curve)) return;
  throw selfCheckFailed(signature);
}

/** As {@link checkWritten}, for bytes that were verified before they were written. */
export function checkWrittenBytes(written: Buffer, signature: string, verified: Buffer): void {
  if (!written.equals(verified)) throw selfCheckFailed(signature);
}

function selfCheckFailed(signature: string): ProvenanceError {
  const message = `Not signed: the signature read back from ${signature} does not verify. The disk may be failing. An earlier signature is unchanged.`;
  return new ProvenanceError("SIGNATURE_SELF_CHECK", message, { details: { path: signature } });
}
