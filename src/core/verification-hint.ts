import { readBundle } from "./bundle/read-bundle.ts";
import type { SigningMethod } from "./verification/signer.ts";

/** The method and key that a signature file claims. Selects how to verify; never a reason to accept. */
export interface VerificationHint {
  readonly method: SigningMethod;
  /** Of a key: hex fingerprint, by the reference's reckoning. */
  readonly hint?: string;
}

/** @throws ProvenanceError SIGNATURE_*, BUNDLE_*, ENVELOPE_*, MATERIAL_MISSING */
export async function readVerificationHint(signature: string): Promise<VerificationHint> {
  const { material } = await readBundle(signature);
  const { method } = material;
  return material.method === "key" && material.hint !== undefined ? { method, hint: material.hint } : { method };
}
