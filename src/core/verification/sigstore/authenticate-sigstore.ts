import { basename } from "node:path";
import type { Bundle } from "../../bundle/bundle.ts";
import { type ErrorCode, ProvenanceError } from "../../errors.ts";
import type { SigstoreTrust } from "../../trust.ts";
import type { SigstoreSigner } from "../signer.ts";
import { identityRejection } from "./expected-identity.ts";
import { verifySigstoreBundle } from "./verify-sigstore.ts";

/** What a newer trust root may know. */
const UNKNOWN_HERE: ReadonlySet<ErrorCode> = new Set([
  "SIGSTORE_AUTHORITY_UNKNOWN",
  "SIGSTORE_LOG_UNKNOWN",
  "SIGSTORE_TIMESTAMP_UNKNOWN",
]);

export interface SigstoreAuthentication {
  readonly signer: SigstoreSigner;
  /** Whether the signer is one of those expected; the reason, where not. */
  readonly rejection?: ProvenanceError;
}

/** @throws as {@link verifySigstoreBundle} */
export async function authenticateSigstore(
  bundle: Bundle,
  trust: SigstoreTrust,
  signaturePath: string,
): Promise<SigstoreAuthentication> {
  const signer = await withNewestRoot(bundle, trust, signaturePath);
  const rejection = identityRejection(signer, trust.identities, basename(signaturePath));
  return { signer, ...(rejection && { rejection }) };
}

async function withNewestRoot(bundle: Bundle, { root, newer }: SigstoreTrust, path: string): Promise<SigstoreSigner> {
  try {
    return await verifySigstoreBundle(bundle, root, path);
  } catch (error) {
    if (!(error instanceof ProvenanceError) || !UNKNOWN_HERE.has(error.code)) throw error;
    const newest = await newer;
    if (newest === undefined) throw error;
    return verifySigstoreBundle(bundle, newest, path);
  }
}
