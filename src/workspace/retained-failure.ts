import { errorKind } from "../core/errors.ts";
import type { Verdict } from "../core/verdict.ts";
import type { KnownModel } from "./registry.ts";

/** Whether verification failed: files differ from what was signed, or the signature is not valid. */
export function isFailure({ state }: Verdict): boolean {
  return state === "modified" || state === "invalid";
}

/**
 * The verdict after a check. A check that could not decide does not replace a failure while nothing changed on the disk,
 * nor where a policy cannot be read, until one can.
 *
 * @param known the model when the check began
 */
export function retainFailure(known: KnownModel, reached: Verdict): Verdict {
  const last = known.before ?? known.verdict;
  if (reached.state !== "unverifiable" || reached.comparison !== undefined || !isFailure(last)) return reached;
  const unreadable = reached.decision?.reasons.filter(({ code }) => code === "POLICY_INVALID") ?? [];
  if (!isFailure(known.verdict) && unreadable.length === 0) return reached;
  // Reasons that concern the signature itself do not depend on trust; the check has determined all others.
  const found = last.reasons.filter(({ code }) => errorKind(code) === "invalid");
  const { decision: _, ...facts } = last;
  return {
    ...facts,
    ...(reached.decision && { decision: reached.decision }),
    reasons: [...found, ...(unreadable.length > 0 ? unreadable : reached.reasons)],
  };
}
