import { readBundle } from "../bundle/read-bundle.ts";
import { ProvenanceError } from "../errors.ts";
import type { Trust } from "../trust.ts";
import { authenticateBundle } from "../verification/authenticate.ts";

/**
 * Whether the signature that is about to be replaced is there and authentic, for who is signing now. Only then may
 * digests from the cache stand in for reading.
 *
 * @param trust in the signer, and in nobody else
 */
export async function isEarlierSignature(signature: string, trust: Trust): Promise<boolean> {
  try {
    await authenticateBundle(await readBundle(signature), trust, signature);
    return true;
  } catch (error) {
    if (error instanceof ProvenanceError) return false;
    throw error;
  }
}
