import type { SigstoreTrust, Trust } from "../core/trust.ts";
import type { TrustRoot } from "../core/verification/trust-root.ts";
import type { PortableRoot, PortableSigstore, PortableTrust } from "./portable-trust.ts";
import type { Question } from "./protocol.ts";

type Ask = (question: Question) => Promise<unknown>;

export function unpackTrust({ sigstore, ...rest }: PortableTrust, ask: Ask): Trust {
  return sigstore ? { ...rest, sigstore: () => unpackSigstore(ask, "trust") } : rest;
}

/** The caller's trust in Sigstore, or the public instance. */
export async function unpackSigstore(ask: Ask, of: "trust" | "public"): Promise<SigstoreTrust> {
  // The answers are those of `SigstoreAnswers`.
  const { root, newer, identities, ofPerson } = (await ask({ about: "sigstore", of })) as PortableSigstore;
  const fetched = async (): Promise<TrustRoot | undefined> => {
    const packed = (await ask({ about: "newer", of })) as PortableRoot | undefined;
    return packed === undefined ? undefined : unpackRoot(packed);
  };
  return {
    root: await unpackRoot(root),
    identities,
    ofPerson,
    ...(newer && { newer: fetched().catch(() => undefined) }),
  };
}

async function unpackRoot({ trustedRoot, ...facts }: PortableRoot): Promise<TrustRoot> {
  const { TrustedRoot } = await import("../core/verification/trust-root-messages.ts");
  return { ...facts, trustedRoot: TrustedRoot.fromJSON(trustedRoot) };
}
