import type { ExpectedIdentity, SigstoreTrust, Trust } from "../core/trust.ts";
import type { TrustRoot } from "../core/verification/trust-root.ts";

/** {@link Trust} as plain data. The trust in Sigstore is asked for when a signature needs it. */
export type PortableTrust = Omit<Trust, "sigstore"> & { readonly sigstore: boolean };

/** The trust in Sigstore: that of the call, or in the public instance. `newer`: a root that is being fetched. */
export interface SigstoreQuestion {
  readonly about: "sigstore" | "newer";
  readonly of: "trust" | "public";
}

interface PortableSigstore {
  readonly root: PortableRoot;
  /** Whether a newer root is being fetched. */
  readonly newer: boolean;
  readonly identities: readonly ExpectedIdentity[];
  readonly ofPerson: boolean;
}

/** Protocol Buffers messages as their JSON: structured clone loses their types. */
interface PortableRoot extends Omit<TrustRoot, "trustedRoot" | "signingConfig"> {
  readonly trustedRoot: unknown;
}

type Ask = (question: SigstoreQuestion) => Promise<unknown>;

export function packTrust({ keys, certificates, sigstore }: Trust): PortableTrust {
  return {
    ...(keys !== undefined && { keys }),
    ...(certificates !== undefined && { certificates }),
    sigstore: sigstore !== undefined,
  };
}

export function unpackTrust({ sigstore, ...rest }: PortableTrust, ask: Ask): Trust {
  return sigstore ? { ...rest, sigstore: () => unpackSigstore(ask, "trust") } : rest;
}

/** Answers a question of {@link unpackSigstore}. */
export async function answerSigstore(
  { root, newer, identities, ofPerson = false }: SigstoreTrust,
  about: SigstoreQuestion["about"],
): Promise<PortableSigstore | PortableRoot | undefined> {
  if (about === "sigstore") return { root: await packRoot(root), newer: newer !== undefined, identities, ofPerson };
  const fetched = await newer;
  return fetched && packRoot(fetched);
}

/** The caller's trust in Sigstore, or the public instance. */
export async function unpackSigstore(ask: Ask, of: SigstoreQuestion["of"]): Promise<SigstoreTrust> {
  // The answers are those of `answerSigstore`.
  const { root, newer, identities, ofPerson } = (await ask({ about: "sigstore", of })) as PortableSigstore;
  const fetched = async (): Promise<TrustRoot | undefined> => {
    const packed = (await ask({ about: "newer", of })) as PortableRoot | undefined;
    return packed && unpackRoot(packed);
  };
  return {
    root: await unpackRoot(root),
    identities,
    ofPerson,
    ...(newer && { newer: fetched().catch(() => undefined) }),
  };
}

async function packRoot({ trustedRoot, signingConfig: _, ...facts }: TrustRoot): Promise<PortableRoot> {
  const { TrustedRoot } = await import("../core/verification/trust-root-messages.ts");
  return { ...facts, trustedRoot: TrustedRoot.toJSON(trustedRoot) };
}

async function unpackRoot({ trustedRoot, ...facts }: PortableRoot): Promise<TrustRoot> {
  const { TrustedRoot } = await import("../core/verification/trust-root-messages.ts");
  return { ...facts, trustedRoot: TrustedRoot.fromJSON(trustedRoot) };
}
