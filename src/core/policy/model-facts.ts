import type { Reason } from "../verdict.ts";
import type { Signer, SigningMethod } from "../verification/signer.ts";
import type { DigestAuthority } from "./authorities/digest.ts";
import type { Policy } from "./policy.ts";

/** Names what a signature was checked against: all keys, one set of root certificates, or one Sigstore instance. */
export type TrustId = string;

export const KEYS_TRUST: TrustId = "keys";
/** Of authorities that name no instance of their own. */
export const PUBLIC_TRUST: TrustId = "sigstore:";

/** What policies are evaluated against. Nothing in it is a claim: signers are authenticated. */
export interface ModelFacts {
  /**
   * - `none`: there is no signature
   * - `signed`: there is one; `signers` is empty where the signer is unknown
   * - `invalid`: malformed or not authentic
   */
  readonly signature: "none" | "signed" | "invalid";
  /** What the bundle says its method is. */
  readonly method?: SigningMethod;
  /** The signer, by what the signature was checked against. */
  readonly signers: ReadonlyMap<TrustId, Signer>;
  /** Why there is none. */
  readonly failures: ReadonlyMap<TrustId, Reason>;
  /** What is wrong with the signature, or why its signer is unknown. */
  readonly problem?: Reason;
  /** Absent while no file was read: the decision is then about the signer only. */
  readonly files?: FileFacts;
  /** Only of an unsigned model, and where a policy pins bytes. */
  readonly pin?: PinFacts;
}

/** The bytes of a model as policies pin them; with neither field, they were not read. */
export interface PinFacts {
  /** Lower-case hex. */
  readonly sha256?: string;
  /** Links of a Hugging Face cache that were read through; absent where there is none. */
  readonly hubLinks?: readonly string[];
  /** Why they cannot be pinned. */
  readonly problem?: Reason;
}

/** What a policy pins. */
export function pinsOf({ authorities }: Policy): DigestAuthority[] {
  return authorities.filter((authority) => authority.kind === "digest");
}

export interface FileFacts {
  /** What differs: "2 changed, 1 missing". Empty where nothing does. */
  readonly differences: string;
  /** Existing files that the signer excluded, beyond `.git`, `.gitattributes` and `.gitignore`. */
  readonly signerIgnored: readonly string[];
  /** Links of a Hugging Face cache that were read through. */
  readonly hubLinks: readonly string[];
  /** Entries of `ignorePaths` that are patterns: no file of the model is called so. */
  readonly ignorePatterns: readonly string[];
  readonly symlinksAllowed: boolean;
}
