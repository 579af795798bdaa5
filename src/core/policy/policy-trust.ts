import type { PemSource, SigstoreTrust, Trust } from "../trust.ts";
import type { SigningMethod } from "../verification/signer.ts";
import { kindOf } from "./authorities/table.ts";
import { KEYS_TRUST, PUBLIC_TRUST, type TrustId } from "./model-facts.ts";
import type { Authority, Policy } from "./policy.ts";

/** Returns the trust root of the public Sigstore instance; called only for a signature that needs it. */
export type PublicSigstore = () => Promise<Pick<SigstoreTrust, "root" | "newer">>;

/**
 * What a signature is verified against: what the authorities of its method trust. Which signer is accepted is decided
 * afterwards.
 *
 * @param publicSigstore keyless signatures are always verified against it, too, so that the signer can be displayed
 */
export function trustChoices(
  policies: readonly Policy[],
  material: { readonly method: SigningMethod; readonly hint?: string },
  publicSigstore: PublicSigstore,
): ReadonlyMap<TrustId, Trust> {
  const authorities = policies.flatMap((policy) => policy.authorities);
  if (material.method === "key") return new Map([[KEYS_TRUST, { keys: keysOf(authorities, material.hint) }]]);
  const choices = new Map<TrustId, Trust>();
  for (const authority of authorities) {
    const kind = kindOf(authority);
    const id = kind.requires?.method === material.method ? kind.trustId?.(authority) : undefined;
    if (id === undefined || choices.has(id)) continue;
    const trust = kind.trust?.(authority);
    if (trust !== undefined) choices.set(id, trust);
  }
  if (material.method === "sigstore") {
    choices.set(PUBLIC_TRUST, { sigstore: async () => ({ ...(await publicSigstore()), identities: [] }) });
  }
  return choices;
}

/** Each key once. The one that the signature names is the first: if it verifies the signature, no other is tried. */
function keysOf(authorities: readonly Authority[], hint: string | undefined): readonly PemSource[] {
  const keys = new Map<string, PemSource>();
  for (const authority of authorities) {
    if (authority.kind === "key" && !keys.has(authority.fingerprint)) keys.set(authority.fingerprint, authority.key);
  }
  const named = keys.get(hint ?? "");
  return named === undefined ? [...keys.values()] : [...new Set([named, ...keys.values()])];
}
