import type { SigningIdentity, SignResult } from "../../core/sign.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { Action } from "../../platform/messages.ts";
import type { ProgressReport } from "../../platform/progress.ts";

/** With what a model is signed, as far as the person chose. */
export interface SigningWay {
  /** Asked before anything happens: "Sign llama-3-8b with the key prod.pem?" */
  question(name: string): string;
  /** What is to be known beside the files, in sentences. */
  readonly notes: readonly string[];
  /** Called when the person said yes. */
  identity(report: ProgressReport, signal: AbortSignal): Promise<SigningIdentity>;
  /** "Signed llama-3-8b with the key prod.pem." */
  done(name: string, result: SignResult): string;
  /** Where the signer is not accepted here yet: says so, and offers to accept them. */
  offerTrust(verdict: Verdict): TrustOffer | undefined;
}

export interface TrustOffer {
  readonly text: string;
  readonly action: Action;
}
