import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseBundle } from "../bundle/parse-bundle.ts";
import { ProvenanceError } from "../errors.ts";
import { envelopeSignatureFits } from "../verification/envelope-signature.ts";
import type { SigningKey } from "./private-key.ts";

/**
 * Reads a signature back and checks it: what counts is what is on the disk.
 *
 * @param payload what was to be signed
 * @throws ProvenanceError SIGNATURE_SELF_CHECK, and those of {@link parseBundle}
 */
export async function checkWritten(signature: string, key: SigningKey, payload: Buffer): Promise<void> {
  const { envelope } = parseBundle(await readFile(signature), basename(signature));
  const publicKey = createPublicKey(key.publicKey.export({ type: "spki", format: "pem" }));
  if (envelope.payload.equals(payload) && envelopeSignatureFits(envelope, publicKey, key.curve)) return;
  throw selfCheckFailed(signature);
}

/** As {@link checkWritten}, for bytes that were verified before they were written. */
export async function checkWrittenBytes(signature: string, verified: Buffer): Promise<void> {
  if (!(await readFile(signature)).equals(verified)) throw selfCheckFailed(signature);
}

function selfCheckFailed(signature: string): ProvenanceError {
  return new ProvenanceError(
    "SIGNATURE_SELF_CHECK",
    `${signature} was written, but what was read back does not verify. Do not publish it; sign again.`,
    { details: { path: signature } },
  );
}
