import type { SignatureSummary, Verdict, VerdictState } from "../../verdict.ts";
import type { SignatureCandidate, SignatureCheck } from "./check-signature.ts";

/** One of the signatures of a model, and what was found about it. */
export interface CheckedSignature extends SignatureCheck {
  /** Absent where there is none, which is then all there is. */
  readonly candidate?: SignatureCandidate;
  /** Whether its signer is authentic and accepted. */
  readonly accepted: boolean;
}

/** The worst last; all others are better than these. */
const SEVERITY: readonly VerdictState[] = ["untrusted", "unsigned", "stale", "unverifiable", "modified", "invalid"];

export function worstOf<T extends { readonly verdict: Verdict }>(all: readonly T[]): T {
  const [worst] = all.toSorted((a, b) => SEVERITY.indexOf(b.verdict.state) - SEVERITY.indexOf(a.verdict.state));
  if (worst === undefined) throw new Error("Nothing was checked");
  return worst;
}

/** What a verdict says about each of several signatures; nothing where there is only one. */
export function summaries(all: readonly CheckedSignature[], deciding: CheckedSignature): Pick<Verdict, "signatures"> {
  if (all.length < 2) return {};
  return {
    signatures: all.flatMap(({ candidate, verdict, accepted }): SignatureSummary | [] => {
      if (candidate === undefined) return [];
      const { signature, line } = candidate;
      const { state, signer, method, reasons } = verdict;
      const [reason] = reasons;
      return {
        signature,
        ...(line !== undefined && { line }),
        state,
        accepted,
        decisive: deciding.candidate === candidate,
        ...(signer && { signer }),
        ...(method && { method }),
        ...(reason && { reason }),
      };
    }),
  };
}
