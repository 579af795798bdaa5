import type { PemSource, SigstoreTrust, Trust } from "../trust.ts";
import type { SigningMethod } from "../verification/signer.ts";
import type { KeyAuthority } from "./authorities/key.ts";
import { kindOf } from "./authorities/table.ts";
import { KEYS_TRUST, PUBLIC_TRUST, type TrustId } from "./model-facts.ts";
import type { Authority, Policy } from "./policy.ts";

/** Returns the trust root of the public Sigstore instance; called only for a signature that needs it. */
export type PublicSigstore = () => Promise<Pick<SigstoreTrust, "root" | "newer">>;

/** Something to check a signature against. */
export interface TrustChoice {
  readonly id: TrustId;
  readonly trust: Trust;
}

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
): TrustChoice[] {
  const authorities = policies.flatMap((policy) => policy.authorities);
  if (material.method === "key") return keyChoices(authorities, material.hint);
  const choices = new Map<TrustId, Trust>();
  for (const authority of authorities) {
    const kind = kindOf(authority);
    const id = kind.requires?.method === material.method ? kind.trustId(authority) : undefined;
    if (id === undefined || choices.has(id)) continue;
    const trust = kind.trust?.(authority);
    if (trust !== undefined) choices.set(id, trust);
  }
  if (material.method === "sigstore") {
    choices.set(PUBLIC_TRUST, { sigstore: async () => ({ ...(await publicSigstore()), identities: [] }) });
  }
  return [...choices].map(([id, trust]) => ({ id, trust }));
}

/** The key that the signature names is tried first, alone: if it verifies the signature, thousands of others are not tried. */
function keyChoices(authorities: readonly Authority[], hint: string | undefined): TrustChoice[] {
  const keys = new Map<string, KeyAuthority>();
  for (const authority of authorities) {
    if (authority.kind === "key" && !keys.has(authority.fingerprint)) keys.set(authority.fingerprint, authority);
  }
  const choice = (sources: readonly PemSource[]): TrustChoice => ({ id: KEYS_TRUST, trust: { keys: sources } });
  const named = keys.get(hint ?? "");
  const all = [...keys.values()].map(({ key }) => key);
  return named !== undefined && all.length > 1 ? [choice([named.key]), choice(all)] : [choice(all)];
}
