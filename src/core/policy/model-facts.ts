import type { ErrorCode, ErrorDetails } from "../errors.ts";
import type { Signer, SigningMethod } from "../verification/signer.ts";

/** Names what a signature was checked against: all keys, one set of root certificates, or one Sigstore instance. */
export type TrustId = string;

export const KEYS_TRUST: TrustId = "keys";
/** Of authorities that name no instance of their own. */
export const PUBLIC_TRUST: TrustId = "sigstore:";

/** What was found out about a model, for policies to judge. Nothing in it is a claim: signers are authenticated. */
export interface ModelFacts {
  /**
   * - `none`: there is no signature
   * - `signed`: there is one; by whom is in `signers`, or nobody known here
   * - `invalid`: malformed or not authentic
   */
  readonly signature: "none" | "signed" | "invalid";
  /** What the bundle says its method is. */
  readonly method?: SigningMethod;
  /** The signer, by what the signature was checked against. */
  readonly signers: ReadonlyMap<TrustId, Signer>;
  /** Why there is none. */
  readonly failures: ReadonlyMap<TrustId, Problem>;
  /** What is wrong with the signature, or why nobody here can tell whose it is. */
  readonly problem?: Problem;
  /** Absent: no file was looked at yet, and what is said goes for the signer only. */
  readonly files?: FileFacts;
}

export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

export interface FileFacts {
  /** What differs: "2 changed, 1 missing". Empty where nothing does. */
  readonly differences: string;
  /** What the signer left out, beyond `.git`, `.gitattributes` and `.gitignore`, and is there. */
  readonly signerIgnored: readonly string[];
  /** Links of a Hugging Face cache that were read through. */
  readonly hubLinks: readonly string[];
  /** Entries of `ignorePaths` that are patterns: no file of the model is called so. */
  readonly ignorePatterns: readonly string[];
  /** Whether the signer had symbolic links followed. */
  readonly symlinksAllowed: boolean;
}
