import type { SigstoreTrust, Trust } from "../core/trust.ts";
import type { TrustRoot } from "../core/verification/trust-root.ts";
import type { PortableRoot, PortableSigstore } from "./portable-trust.ts";

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
