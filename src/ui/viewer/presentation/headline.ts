import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import { type VerdictLabel, verdictLabel } from "../../../core/presentation/verdict-labels.ts";
import { verdictSentence } from "../../../core/presentation/verdict-summary.ts";
import type { Verdict } from "../../../core/verdict.ts";
import { commonName } from "../../../core/verification/distinguished-name.ts";
import type { ViewerState } from "../messages.ts";
import { currentVerdict, type Subject, subjectName } from "./subject.ts";

type Headline = ViewerState["headline"];

/** Reasons below the sentence, at most; the steps list all. */
const NOTES = 3;

/** Returns the verdict as a sentence. */
export function headlineOf(subject: Subject, localizer: Localizer): Headline {
  const { t } = localizer;
  const { model, summary } = subject;
  const verdict = currentVerdict(subject);
  if (model !== undefined && verdict !== undefined) {
    const isOld = verdict.state === "unchecked" || verdict.state === "stale";
    const problem = isOld ? summary.problem?.message : undefined;
    return verdictHeadline(verdict, sentenceOf(subject, verdict, localizer), problem, t);
  }
  if (model !== undefined) {
    const sentence = t("The signature of {0} changed since it was verified.", subjectName(subject));
    return { ...look(verdictLabel({ state: "stale" }, t)), sentence, notes: [] };
  }
  if (summary.problem !== undefined) {
    const sentence = t("This is not a readable model signature.");
    const label = t("Cannot be read");
    return { tone: "amber", label, sentence, notes: [summary.problem.message] };
  }
  const alone = t("No model of this window belongs to this signature, so there are no files to compare.");
  return {
    ...look(verdictLabel({ state: "unchecked" }, t)),
    sentence: claimSentence(subject, localizer),
    notes: [alone],
  };
}

/** @param problem a reason that comes before those of the verdict */
export function verdictHeadline(
  verdict: Verdict,
  sentence: string,
  problem: string | undefined,
  t: Translate,
): Headline {
  const reasons = [...(problem === undefined ? [] : [problem]), ...verdict.reasons.map(({ message }) => message)];
  const notes = [...new Set(reasons)].slice(0, NOTES);
  return { ...look(verdictLabel(verdict, t)), sentence, notes };
}

function look({ colour, label }: VerdictLabel): Pick<Headline, "tone" | "label"> {
  return { tone: colour, label };
}

function sentenceOf(subject: Subject, verdict: Verdict, localizer: Localizer): string {
  const { t } = localizer;
  const { state, signer } = verdict;
  if (state === "unchecked" && signer === undefined) return claimSentence(subject, localizer);
  const name = state === "verified" || state === "untrusted" ? t("This") : subjectName(subject);
  const sentence = verdictSentence(verdict, { name }, localizer);
  return state === "invalid" ? `${sentence} ${t("Do not rely on its claims.")}` : sentence;
}

function claimSentence(subject: Subject, { t }: Localizer): string {
  const { claimedSigner, method, problem } = subject.summary;
  const name = subjectName(subject);
  if (claimedSigner === undefined || problem !== undefined) return t("The signature of {0} cannot be read.", name);
  const who = method === "certificate" ? commonName(claimedSigner) : claimedSigner;
  return t("According to this file, {0} signed {1}. None of that is verified yet.", who, name);
}
