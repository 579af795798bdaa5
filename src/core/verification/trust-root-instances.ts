import type { TrustRoot } from "./trust-root.ts";

/** What is known of a Sigstore instance before the first refresh from its TUF repository. */
export interface TrustRootSeed {
  /** TUF root metadata, JSON: the initial trusted root. */
  readonly tufRoot: string;
  /** Target `trusted_root.json`. */
  readonly trustedRoot: unknown;
  /** RFC 3339: when the seed was known to be current, where that is known. */
  readonly asOf?: string;
}

/** A Sigstore instance whose trust root and services come from a TUF repository. */
export interface SigstoreInstance {
  readonly instance: TrustRoot["instance"];
  /** Name for people. */
  readonly label: string;
  /** Name of its file in a storage folder. */
  readonly fileName: string;
  /** URL of the TUF repository. */
  readonly mirror: string;
  seed(): Promise<TrustRootSeed>;
}

const PUBLIC_MIRROR = "https://tuf-repo-cdn.sigstore.dev";
const STAGING_MIRROR = "https://tuf-repo-cdn.sigstage.dev";

/** Sigstore's public-good instance, seeded by what `@sigstore/tuf` ships. */
export const PUBLIC_INSTANCE: SigstoreInstance = {
  instance: "public",
  label: "Sigstore, public instance",
  fileName: "sigstore-public.json",
  mirror: PUBLIC_MIRROR,
  async seed() {
    const { default: seeds } = await import("@sigstore/tuf/seeds.json", { with: { type: "json" } });
    // When the version of @sigstore/tuf that is pinned here was published.
    return { ...seedOf(seeds[PUBLIC_MIRROR]), asOf: "2026-11-05T00:19:12Z" };
  },
};

/** Sigstore's staging instance. Its seed is what sigstore-python 4.5.1 ships (Apache-2.0), in the form of `@sigstore/tuf`. */
export const STAGING_INSTANCE: SigstoreInstance = {
  instance: "staging",
  label: "Sigstore, staging instance",
  fileName: "sigstore-staging.json",
  mirror: STAGING_MIRROR,
  async seed() {
    const { default: seeds } = await import("./staging-seed.json", { with: { type: "json" } });
    return seedOf(seeds[STAGING_MIRROR]);
  },
};

/** Both files are JSON in Base64. */
function seedOf(seed: {
  readonly "root.json": string;
  readonly targets: { readonly "trusted_root.json": string };
}): TrustRootSeed {
  const text = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");
  return { tufRoot: text(seed["root.json"]), trustedRoot: JSON.parse(text(seed.targets["trusted_root.json"])) };
}
