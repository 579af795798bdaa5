import { readBundle } from "./bundle/read-bundle.ts";
import type { Verdict } from "./verdict.ts";
import type { SigningMethod } from "./verification/signer.ts";
import { type AuthenticateOptions, authenticate, type VerifyOptions, verify } from "./verify.ts";

/** How a signature file says that it was made. Claims: they choose the check, and decide nothing. */
export interface MaterialClaim {
  readonly method: SigningMethod;
  /** Of a key: hex fingerprint, by the reference's reckoning. */
  readonly hint?: string;
}

/**
 * All that is done with a signature file. It may list a million files: who must not be held up meanwhile has it done
 * somewhere else than on their own thread.
 */
export interface Verifier {
  /** @throws ProvenanceError SIGNATURE_*, BUNDLE_*, ENVELOPE_*, MATERIAL_MISSING */
  readClaim(signature: string): Promise<MaterialClaim>;
  authenticate(options: AuthenticateOptions): Promise<Verdict>;
  verify(options: VerifyOptions): Promise<Verdict>;
}

/** On the caller's thread. */
export const VERIFIER_HERE: Verifier = { readClaim, authenticate, verify };

export async function readClaim(signature: string): Promise<MaterialClaim> {
  const { material } = await readBundle(signature);
  const { method } = material;
  return material.method === "key" && material.hint !== undefined ? { method, hint: material.hint } : { method };
}
