import type { ExpectedIdentity, SigstoreTrust, Trust } from "../core/trust.ts";
import type { TrustRoot } from "../core/verification/trust-root.ts";
import type { Question } from "./protocol.ts";

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
interface PortableRoot extends Omit<TrustRoot, "trustedRoot" | "signingConfig"> {
  readonly trustedRoot: unknown;
}

export function packTrust({ keys, certificates, sigstore }: Trust): PortableTrust {
  return {
    ...(keys !== undefined && { keys }),
    ...(certificates !== undefined && { certificates }),
    sigstore: sigstore !== undefined,
  };
}

/** Answers what the engine asks about Sigstore; the trust is resolved at most once. */
export class SigstoreAnswers {
  readonly #given: Trust["sigstore"];
  #resolved: Promise<SigstoreTrust> | undefined;

  constructor(given: Trust["sigstore"]) {
    this.#given = given;
  }

  async sigstore(): Promise<PortableSigstore> {
    const { root, newer, identities, ofPerson = false } = await this.#trust();
    return { root: await packRoot(root), newer: newer !== undefined, identities, ofPerson };
  }

  async newer(): Promise<PortableRoot | undefined> {
    const root = await (await this.#trust()).newer;
    return root === undefined ? undefined : packRoot(root);
  }

  async #trust(): Promise<SigstoreTrust> {
    const given = this.#given;
    if (given === undefined) throw new Error("There is no trust in Sigstore.");
    this.#resolved ??= typeof given === "function" ? given() : Promise.resolve(given);
    return this.#resolved;
  }
}

async function packRoot({ trustedRoot, signingConfig: _, ...facts }: TrustRoot): Promise<PortableRoot> {
  const { TrustedRoot } = await import("../core/verification/trust-root-messages.ts");
  return { ...facts, trustedRoot: TrustedRoot.toJSON(trustedRoot) };
}

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
