import type { ExpectedIdentity, SigstoreTrust, Trust } from "../core/trust.ts";
import type { TrustRoot } from "../core/verification/trust-root.ts";

/** {@link Trust} as plain data. What it says of Sigstore is asked for when a signature needs it: {@link PortableSigstore}. */
export type PortableTrust = Omit<Trust, "sigstore"> & { readonly sigstore: boolean };

export interface PortableSigstore {
  readonly root: PortableRoot;
  /** Whether a newer root may come. */
  readonly newer: boolean;
  readonly identities: readonly ExpectedIdentity[];
}

/** Messages of Protocol Buffers as their JSON: a copy for another process would lose their types. */
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

/** The trust in Sigstore, asked for at most once. */
export class SigstoreAnswers {
  readonly #given: Trust["sigstore"];
  #asked: Promise<SigstoreTrust> | undefined;

  constructor(given: Trust["sigstore"]) {
    this.#given = given;
  }

  async sigstore(): Promise<PortableSigstore> {
    const { root, newer, identities } = await this.#trust();
    return { root: await packRoot(root), newer: newer !== undefined, identities };
  }

  async newer(): Promise<PortableRoot | undefined> {
    const root = await (await this.#trust()).newer;
    return root === undefined ? undefined : packRoot(root);
  }

  async #trust(): Promise<SigstoreTrust> {
    const given = this.#given;
    if (given === undefined) throw new Error("Nothing is trusted about Sigstore.");
    this.#asked ??= typeof given === "function" ? given() : Promise.resolve(given);
    return this.#asked;
  }
}

async function packRoot({ trustedRoot, signingConfig: _, ...facts }: TrustRoot): Promise<PortableRoot> {
  const { TrustedRoot } = await import("../core/verification/trust-root-messages.ts");
  return { ...facts, trustedRoot: TrustedRoot.toJSON(trustedRoot) };
}

/** Asks whoever gave the task. */
export interface SigstoreQuestions {
  sigstore(): Promise<PortableSigstore>;
  newer(): Promise<PortableRoot | undefined>;
}

export function unpackTrust({ sigstore, ...rest }: PortableTrust, questions: SigstoreQuestions): Trust {
  if (!sigstore) return rest;
  return {
    ...rest,
    sigstore: async () => {
      const { root, newer, identities } = await questions.sigstore();
      return {
        root: await unpackRoot(root),
        identities,
        ...(newer && { newer: questions.newer().then(unpackIfThere, () => undefined) }),
      };
    },
  };
}

async function unpackIfThere(root: PortableRoot | undefined): Promise<TrustRoot | undefined> {
  return root === undefined ? undefined : unpackRoot(root);
}

async function unpackRoot({ trustedRoot, ...facts }: PortableRoot): Promise<TrustRoot> {
  const { TrustedRoot } = await import("../core/verification/trust-root-messages.ts");
  return { ...facts, trustedRoot: TrustedRoot.fromJSON(trustedRoot) };
}
