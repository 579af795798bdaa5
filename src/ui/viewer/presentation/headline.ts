import type { Localizer } from "../../../core/presentation/localizer.ts";
import { type VerdictLabel, verdictLabel } from "../../../core/presentation/verdict-labels.ts";
import { verdictSentence } from "../../../core/presentation/verdict-summary.ts";
import type { Verdict } from "../../../core/verdict.ts";
import { commonName } from "../../../core/verification/distinguished-name.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { ViewerState } from "../messages.ts";
import { currentVerdict, type Subject, subjectName } from "./subject.ts";

type Headline = ViewerState["headline"];

/** Reasons below the sentence, at most; the steps list all. */
export const NOTES = 3;

/** Returns the verdict as a sentence. */
export function headlineOf(subject: Subject, localizer: Localizer): Headline {
  const { t } = localizer;
  const { model, summary } = subject;
  const verdict = currentVerdict(subject);
  if (model !== undefined && verdict !== undefined) return verdictHeadline(subject, verdict, localizer);
  if (model !== undefined) {
    const sentence = t("The signature of {0} changed since it was verified.", subjectName(subject));
    return { ...look(verdictLabel({ state: "stale" }, t)), sentence, notes: [] };
  }
  if (summary.problem !== undefined) {
    const sentence = t("This is not a readable model signature.");
    const label = t("Cannot be read");
    return { tone: "amber", mark: "!", label, sentence, notes: [plainText(summary.problem.message)] };
  }
  const alone = t("No model of this window belongs to this signature, so there are no files to compare.");
  return {
    ...look(verdictLabel({ state: "unchecked" }, t)),
    sentence: claimSentence(subject, localizer),
    notes: [alone],
  };
}

function verdictHeadline(subject: Subject, verdict: Verdict, localizer: Localizer): Headline {
  const reasons = verdict.reasons.map(({ message }) => plainText(message));
  const damaged = verdict.state === "unchecked" || verdict.state === "stale" ? subject.summary.problem : undefined;
  const all = damaged === undefined ? reasons : [plainText(damaged.message), ...reasons];
  const notes = [...new Set(all)].slice(0, NOTES);
  return { ...look(verdictLabel(verdict, localizer.t)), sentence: sentenceOf(subject, verdict, localizer), notes };
}

export function look({ colour, mark, label }: VerdictLabel): Pick<Headline, "tone" | "mark" | "label"> {
  return { tone: colour, mark, label };
}

function sentenceOf(subject: Subject, verdict: Verdict, localizer: Localizer): string {
  const { t } = localizer;
  const { state, signer } = verdict;
  if (state === "unchecked" && signer === undefined) return claimSentence(subject, localizer);
  const name = state === "verified" || state === "untrusted" ? t("This") : subjectName(subject);
  const sentence = plainText(verdictSentence(verdict, { name }, localizer));
  return state === "invalid" ? `${sentence} ${t("Do not rely on its claims.")}` : sentence;
}

function claimSentence(subject: Subject, { t }: Localizer): string {
  const { claimedSigner, method, problem } = subject.summary;
  const name = subjectName(subject);
  if (claimedSigner === undefined || problem !== undefined) return t("The signature of {0} cannot be read.", name);
  const who = method === "certificate" ? commonName(claimedSigner) : claimedSigner;
  return t("According to this file, {0} signed {1}. None of that is verified yet.", plainText(who), name);
}
