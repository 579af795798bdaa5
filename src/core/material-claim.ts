import { readBundle } from "./bundle/read-bundle.ts";
import type { SigningMethod } from "./verification/signer.ts";

/** How a signature file says that it was made. Claims: they choose the check, and decide nothing. */
export interface MaterialClaim {
  readonly method: SigningMethod;
  /** Of a key: hex fingerprint, by the reference's reckoning. */
  readonly hint?: string;
}

/** @throws ProvenanceError SIGNATURE_*, BUNDLE_*, ENVELOPE_*, MATERIAL_MISSING */
export async function readClaim(signature: string): Promise<MaterialClaim> {
  const { material } = await readBundle(signature);
  const { method } = material;
  return material.method === "key" && material.hint !== undefined ? { method, hint: material.hint } : { method };
}
