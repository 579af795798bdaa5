import type { ErrorCode, ErrorDetails } from "./errors.ts";
import type { Comparison } from "./manifest/comparison.ts";
import type { HiddenContent, IgnoredEntry } from "./model/file-list.ts";
import type { WeightParts } from "./model/weight-parts.ts";
import type { Decision, PolicyReference } from "./policy/decision.ts";
import type { Signer, SigningMethod } from "./verification/signer.ts";

/**
 * - `unsigned`: no signature
 * - `unchecked`: signed, not looked at yet
 * - `checking`
 * - `verified`: authentic, files match, the signer is accepted
 * - `pinned`: not signed, same bytes as a policy pins
 * - `untrusted`: authentic, files match, the signer is not accepted
 * - `modified`: authentic, but files changed, are missing or were added since
 * - `invalid`: malformed or not authentic
 * - `unverifiable`: cannot be decided here
 * - `stale`: was checked, and no longer stands
 */
export type VerdictState =
  | "unsigned"
  | "unchecked"
  | "checking"
  | "verified"
  | "pinned"
  | "untrusted"
  | "modified"
  | "invalid"
  | "unverifiable"
  | "stale";

/**
 * Why a `stale` verdict no longer stands.
 * - `files`: files of the model, or its signature, changed
 * - `policy`: what policies say changed
 * - `trust`: whom the user trusts changed
 * - `restart`: it was reached in an earlier window, and the files were not watched in between
 */
export type StaleCause = "files" | "policy" | "trust" | "restart";

/** A reason of a verdict. */
export interface Reason {
  readonly code: ErrorCode;
  /** One sentence: what happened, to what, what to do. Plain text, never markup. */
  readonly message: string;
  readonly details: ErrorDetails;
}

/** What the signature covers, and what it does not. */
export interface Coverage {
  /** Files that the statement names. */
  readonly files: number;
  /** Bytes of those files as found. */
  readonly bytes: number;
  readonly bytesRead: number;
  readonly bytesFromCache: number;
  /** Seconds. */
  readonly seconds: number;
  /** Files that were ignored, and whose rule ignores them. */
  readonly ignored: readonly IgnoredEntry[];
  /** Files below the default ignore paths that are not git's own; absent if there are none. */
  readonly hidden?: HiddenContent;
  /** Links of a Hugging Face cache that were read through, although the signer signed plain files; absent where there is none. */
  readonly hubLinks?: readonly string[];
  /** Weights in several files of which some are not covered; absent where there is none. */
  readonly partly?: readonly WeightParts[];
  /** Other OMS signatures of the model, which this one does not cover; absent where there is none. */
  readonly otherSignatures?: readonly string[];
  /** Files that the statement does not name and the caller accepts. */
  readonly unsigned: readonly string[];
  /** Empty files: shards do not record them (OMS 6.3.2). */
  readonly empty: readonly string[];
  readonly algorithm: string;
  readonly serialization: "files" | "shards";
  /** Bytes; only for shards. */
  readonly shardSize?: number;
  /** Whether the signer followed symbolic links (OMS 6.1.1). */
  readonly symlinksAllowed: boolean;
}

/** What a policy pins of an unsigned model. */
export interface Pin {
  readonly policy: PolicyReference;
  readonly authority: PolicyReference;
  /** Lower-case hex, of the list of its files. */
  readonly sha256: string;
  /** Package URL of where it is from, as the policy says. */
  readonly source?: string;
  readonly note?: string;
  /** The day, as the lock file says: `2026-11-02`. */
  readonly pinnedOn?: string;
}

/** One of several signatures of a model. */
export interface SignatureSummary {
  /** Absolute path of the signature file. */
  readonly signature: string;
  /** Of a file with a bundle a line; the first is 1. */
  readonly line?: number;
  /** `unchecked`: it is authentic, and the files were not compared with it. */
  readonly state: VerdictState;
  /** Whether its signer is authentic and accepted. */
  readonly accepted: boolean;
  /** Whether the verdict is that of this signature. */
  readonly decisive: boolean;
  readonly signer?: Signer;
  readonly method?: SigningMethod;
  /** Why it is not accepted, or does not verify. */
  readonly reason?: Reason;
}

/** The result of a verification, which every surface displays. */
export interface Verdict {
  readonly state: VerdictState;
  /** Only of a `stale` one; `files` if absent. */
  readonly staleBecause?: StaleCause;
  /** Absolute path of the model. */
  readonly model: string;
  /** Absolute path of the signature file. */
  readonly signature?: string;
  /** All signatures, where there are several; the verdict is that of one of them. */
  readonly signatures?: readonly SignatureSummary[];
  /** Only if the signature is authentic. */
  readonly signer?: Signer;
  /** The method that the bundle claims. */
  readonly method?: SigningMethod;
  readonly reasons: readonly Reason[];
  readonly coverage?: Coverage;
  /** The decision of policies, if any were evaluated; `verified` requires their acceptance then. */
  readonly decision?: Decision;
  /** Of an unsigned model that is as pinned, or was: then it is `modified`. */
  readonly pin?: Pin;
  /** Only after the files were compared. */
  readonly comparison?: Comparison;
  /** Lower-case hex of `subject[0].digest.sha256`, authenticated. */
  readonly rootDigest?: string;
  /** Layout of the deprecated version 0.2. */
  readonly legacy?: boolean;
  /** RFC 3339. */
  readonly checkedAt?: string;
  /** Whether every byte was read, or some digests came from the cache. */
  readonly reading?: "full" | "cached";
}

/** Absolute paths of all signature files of a model, as far as its verdict knows them. */
export function signaturePaths({ signature, signatures = [] }: Pick<Verdict, "signature" | "signatures">): string[] {
  const all = signatures.map((summary) => summary.signature);
  return [...new Set(signature === undefined ? all : [signature, ...all])];
}
