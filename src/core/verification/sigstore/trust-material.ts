import type { TrustedRoot } from "@sigstore/protobuf-specs";
import type { TrustMaterial } from "@sigstore/verify";
import type { SigstoreLibraries } from "./libraries.ts";

const known = new WeakMap<TrustedRoot, TrustMaterial>();

/**
 * Converts a trusted root for the verifier. Omits a log or authority whose key this platform cannot read, so that the
 * others remain usable.
 */
export function trustMaterial(root: TrustedRoot, { verify }: Pick<SigstoreLibraries, "verify">): TrustMaterial {
  const made = known.get(root);
  if (made !== undefined) return made;
  const none = { ...root, tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [] };
  const read = (part: Partial<TrustedRoot>): TrustMaterial | undefined => {
    try {
      return verify.toTrustMaterial({ ...none, ...part });
    } catch {
      return undefined;
    }
  };
  const material: TrustMaterial = {
    tlogs: root.tlogs.flatMap((log) => read({ tlogs: [log] })?.tlogs ?? []),
    ctlogs: root.ctlogs.flatMap((log) => read({ ctlogs: [log] })?.ctlogs ?? []),
    certificateAuthorities: root.certificateAuthorities.flatMap(
      (authority) => read({ certificateAuthorities: [authority] })?.certificateAuthorities ?? [],
    ),
    timestampAuthorities: root.timestampAuthorities.flatMap(
      (authority) => read({ timestampAuthorities: [authority] })?.timestampAuthorities ?? [],
    ),
    publicKey: verify.toTrustMaterial(none).publicKey,
  };
  known.set(root, material);
  return material;
}
