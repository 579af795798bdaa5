import { errorKind } from "../core/errors.ts";
import type { Verdict } from "../core/verdict.ts";
import type { KnownModel } from "./registry.ts";

/** Whether it was found that files differ from what was signed, or that the signature is not valid. */
export function isBadNews({ state }: Verdict): boolean {
  return state === "modified" || state === "invalid";
}

/**
 * What is known of a model after a check. A check that could not decide takes back no bad news: what was found stands
 * while nothing changed on the disk, and where a policy cannot be read, until one can.
 *
 * @param known what was known when the check began
 */
export function standingVerdict(known: KnownModel, reached: Verdict): Verdict {
  const last = known.before ?? known.verdict;
  // With a comparison, all files were read: content that is not downloaded is what is known now.
  if (reached.state !== "unverifiable" || reached.comparison !== undefined || !isBadNews(last)) return reached;
  const unreadable = reached.decision?.reasons.filter(({ code }) => code === "POLICY_INVALID") ?? [];
  if (!isBadNews(known.verdict) && unreadable.length === 0) return reached;
  // What speaks against the signature itself is no matter of trust; all else was asked anew.
  const found = last.reasons.filter(({ code }) => errorKind(code) === "invalid");
  const { decision: _, ...facts } = last;
  return {
    ...facts,
    ...(reached.decision && { decision: reached.decision }),
    reasons: [...found, ...(unreadable.length > 0 ? unreadable : reached.reasons)],
  };
}
