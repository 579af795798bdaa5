import type { ErrorCode, ErrorDetails } from "../errors.ts";

/**
 * - `accepted`: all policies that cover the model accept it, at least one of them its signer
 * - `exception`: let pass by `static: pass`, and by no signer
 * - `unsigned`: without a signature, and no policy demands one
 * - `warned`: a policy in the mode `warn` does not accept it, none that is enforced refuses
 * - `refused`: an enforced policy does not accept it
 * - `uncovered`: no policy that may say yes covers it
 */
export type Outcome = "accepted" | "exception" | "unsigned" | "warned" | "refused" | "uncovered";

/** As in a verdict: text is made from it where it is shown. */
export interface DecisionReason {
  readonly code: ErrorCode;
  /** One sentence for a person. Plain text. */
  readonly message: string;
  readonly details: ErrorDetails;
}

/** Where something stands in a policy file; line and column count from 1. */
export interface PolicyReference {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What one authority said to the signer. */
export interface AuthorityDecision {
  readonly authority: PolicyReference;
  readonly accepted: boolean;
  /** Why not: "issuer matches, subject differs: expected …, found …". Why, for an exception. */
  readonly message: string;
}

/** What one policy that covers the model said. */
export interface PolicyDecision {
  readonly policy: PolicyReference;
  /** Whose it is: it came with the workspace, or is the user's own. */
  readonly source: "user" | "workspace";
  readonly mode: "enforce" | "warn";
  readonly satisfied: boolean;
  /** By whom, where it is satisfied: an accepted signer, an exception, or because it demands no signature. */
  readonly by?: "signer" | "exception" | "nothing-demanded";
  /** Whether its yes counts: that of a workspace which is not trusted does not. */
  readonly counts: boolean;
  /** The one that accepted, or the nearest of those that did not. */
  readonly authorities: readonly AuthorityDecision[];
  /** Authorities that are not among those told. */
  readonly untold: number;
  /** Why it is not satisfied. */
  readonly reasons: readonly DecisionReason[];
  /** What it lets be, but has said. */
  readonly warnings: readonly DecisionReason[];
}

/** What all policies together say of one model, and why. */
export interface Decision {
  readonly outcome: Outcome;
  /** What the patterns of the policies were compared with: relative to the workspace folder, `/` separated. */
  readonly path: string;
  /** Those that cover the model, the user's first. */
  readonly policies: readonly PolicyDecision[];
  /** Why it is not accepted, most important first; empty for `accepted`. */
  readonly reasons: readonly DecisionReason[];
}

/** Whether a decision lets the model be used, verified or not. */
export function lets(outcome: Outcome): boolean {
  return outcome !== "refused" && outcome !== "uncovered";
}
