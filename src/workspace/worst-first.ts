import type { VerdictState } from "../core/verdict.ts";
import type { KnownModel } from "./registry.ts";

/** All states, those that need attention first. */
export const SEVERITY: readonly VerdictState[] = [
  "modified",
  "invalid",
  "untrusted",
  "unverifiable",
  "checking",
  "stale",
  "unchecked",
  "unsigned",
  "verified",
];

/** The models that need attention most; those of one state in their order. */
export function worstFirst(models: readonly KnownModel[], count: number): readonly KnownModel[] {
  const rank = ({ verdict: { state, decision } }: KnownModel): number =>
    // Where a policy demands a signature.
    SEVERITY.indexOf(state === "unsigned" && decision?.outcome === "refused" ? "untrusted" : state);
  return models.toSorted((a, b) => rank(a) - rank(b)).slice(0, count);
}
