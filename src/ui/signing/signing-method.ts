import type { SigningIdentity, SignResult } from "../../core/operations/sign/sign.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { Action } from "../../platform/commands.ts";
import type { ProgressReport } from "../../platform/progress.ts";

/** How a model is signed, as the user chose. */
export interface SigningMethod {
  /** Asked before anything happens: "Sign llama-3-8b with the key prod.pem?" */
  question(name: string): string;
  /** Sentences of the question beside those about the files. */
  readonly notes: readonly string[];
  /** Called when the user has confirmed. */
  identity(report: ProgressReport, signal: AbortSignal): Promise<SigningIdentity>;
  /** "Signed llama-3-8b with the key prod.pem." */
  done(name: string, result: SignResult): string;
  /** Where the signer is not trusted yet: says so, and offers to trust them. */
  offerTrust(verdict: Verdict): TrustOffer | undefined;
}

export interface TrustOffer {
  readonly text: string;
  readonly action: Action;
}
