import type { Reason } from "../verdict.ts";
import type { SourceLocation } from "./source-location.ts";

/**
 * - `accepted`: all policies that cover the model accept it, at least one of them its signer
 * - `pinned`: not signed, and its bytes are those that a policy pins
 * - `exception`: allowed by `static: pass`, and by no signer
 * - `unsigned`: without a signature, and no policy demands one
 * - `warned`: a policy in the mode `warn` does not accept it, and no enforced policy rejects it
 * - `refused`: an enforced policy does not accept it
 * - `uncovered`: no policy that can accept a signer covers it
 */
export type Outcome = "accepted" | "pinned" | "exception" | "unsigned" | "warned" | "refused" | "uncovered";

/** A policy or an authority, by its name and its position in a policy file. */
export interface PolicyReference extends SourceLocation {
  readonly name: string;
}

/** What one authority decided about the signer. */
export interface AuthorityDecision {
  readonly authority: PolicyReference;
  readonly accepted: boolean;
  /** Why not: "issuer matches, subject differs: expected …, found …". Why, for an exception. */
  readonly message: string;
}

/** What one policy that covers the model decided. */
export interface PolicyDecision {
  readonly policy: PolicyReference;
  readonly source: "user" | "workspace";
  readonly mode: "enforce" | "warn";
  readonly satisfied: boolean;
  /** What satisfied it: an accepted signer, pinned bytes, an exception, or that it demands no signature. */
  readonly by?: "signer" | "pin" | "exception" | "nothing-demanded";
  /** Whether its acceptance counts: that of an untrusted workspace does not. */
  readonly counts: boolean;
  /** The one that accepted, or the closest of those that did not. */
  readonly authorities: readonly AuthorityDecision[];
  /** How many authorities are not listed. */
  readonly untold: number;
  /** Why it is not satisfied. */
  readonly reasons: readonly Reason[];
  readonly warnings: readonly Reason[];
}

/** What all policies together decide about one model. */
export interface Decision {
  readonly outcome: Outcome;
  /** What the patterns of the policies were compared with: relative to the workspace folder, `/` separated. */
  readonly path: string;
  /** Those that cover the model, the user's first. */
  readonly policies: readonly PolicyDecision[];
  /** Why it is not accepted, most important first; empty for `accepted`. */
  readonly reasons: readonly Reason[];
}

/** Whether a model with that outcome may be used, verified or not. */
export function allowsUse(outcome: Outcome): boolean {
  return outcome !== "refused" && outcome !== "uncovered";
}
