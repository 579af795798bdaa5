import { isToolFilesOnly } from "../core/manifest/innocent-differences.ts";
import type { Verdict, VerdictState } from "../core/verdict.ts";
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
  "pinned",
  "verified",
];

/** Whether a policy demands a signature that is missing, or only tools added files. */
function isCaution(verdict: Verdict): boolean {
  return (verdict.state === "unsigned" && verdict.decision?.outcome === "refused") || isToolFilesOnly(verdict);
}

/** The models that need attention most; those of one state in their order. */
export function worstFirst(models: readonly KnownModel[], count: number): readonly KnownModel[] {
  const rank = ({ verdict }: KnownModel): number => SEVERITY.indexOf(isCaution(verdict) ? "untrusted" : verdict.state);
  return models.toSorted((a, b) => rank(a) - rank(b)).slice(0, count);
}
