import type { ExpectedIdentity, Trust } from "../core/trust.ts";
import type { TrustRoot } from "../core/verification/trust-root.ts";

/** {@link Trust} as plain data. The trust in Sigstore is asked for when a signature needs it. */
export type PortableTrust = Omit<Trust, "sigstore"> & { readonly sigstore: boolean };

export interface PortableSigstore {
  readonly root: PortableRoot;
  /** Whether a newer root is being fetched. */
  readonly newer: boolean;
  readonly identities: readonly ExpectedIdentity[];
  readonly ofPerson: boolean;
}

/** Protocol Buffers messages as their JSON: structured clone loses their types. */
export interface PortableRoot extends Omit<TrustRoot, "trustedRoot" | "signingConfig"> {
  readonly trustedRoot: unknown;
}

export function packTrust({ keys, certificates, sigstore }: Trust): PortableTrust {
  return {
    ...(keys !== undefined && { keys }),
    ...(certificates !== undefined && { certificates }),
    sigstore: sigstore !== undefined,
  };
}
