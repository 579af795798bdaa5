import type { Verdict } from "../../../core/verdict.ts";
import { WORDS, wordsFor } from "../../../core/words.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { ViewerState } from "../messages.ts";
import { dateText, type Edge } from "./edge.ts";
import { currentVerdict, type Subject, subjectName } from "./subject.ts";
import { differencesText, whoText } from "./who.ts";

type Headline = ViewerState["headline"];

/** Reasons that are told below the sentence; the steps have them all. */
const NOTES = 3;

/** The verdict as a sentence, for somebody who is no cryptographer. */
export function headlineOf(subject: Subject, edge: Edge): Headline {
  const { l10n } = edge;
  const { model, summary } = subject;
  const verdict = currentVerdict(subject);
  if (model !== undefined && verdict !== undefined) return told(subject, verdict, edge);
  if (model !== undefined) {
    const sentence = l10n.t("The signature of {0} is another one than was checked.", subjectName(subject));
    return { ...words(WORDS.stale, edge), sentence, notes: [] };
  }
  const alone = l10n.t("No model that is known in this window goes with this file, so there is nothing to compare.");
  if (summary.problem !== undefined) {
    const sentence = l10n.t("This is not a model signature that can be read.");
    const label = l10n.t("Cannot be read");
    return { tone: "amber", mark: "!", label, sentence, notes: [plainText(summary.problem.message)] };
  }
  return { ...words(WORDS.unchecked, edge), sentence: claimSentence(subject, edge), notes: [alone] };
}

function told(subject: Subject, verdict: Verdict, edge: Edge): Headline {
  const reasons = verdict.reasons.map(({ message }) => plainText(message));
  const damaged = verdict.state === "unchecked" || verdict.state === "stale" ? subject.summary.problem : undefined;
  const all = damaged === undefined ? reasons : [plainText(damaged.message), ...reasons];
  const notes = [...new Set(all)].slice(0, NOTES);
  return { ...words(wordsFor(verdict), edge), sentence: sentenceOf(subject, verdict, edge), notes };
}

function words({ colour, mark, label }: (typeof WORDS)["verified"], { l10n }: Edge) {
  return { tone: colour, mark, label: l10n.t(label) };
}

function sentenceOf(subject: Subject, verdict: Verdict, edge: Edge): string {
  const { l10n } = edge;
  const name = subjectName(subject);
  const { signer, comparison } = verdict;
  const who = signer === undefined ? l10n.t("its signer") : whoText(signer, edge);
  const on = signer?.method === "sigstore" ? dateText(signer.signedAt, edge) : undefined;
  switch (verdict.state) {
    case "verified":
      return on === undefined
        ? l10n.t("This is what {0} signed, unchanged.", who)
        : l10n.t("This is what {0} signed on {1}, unchanged.", who, on);
    case "untrusted":
      if (verdict.decision?.outcome === "exception") {
        return l10n.t("This is what {0} signed, unchanged. A policy lets it pass as an exception.", who);
      }
      return l10n.t("This is what {0} signed, unchanged. But nobody here has accepted this signer.", who);
    case "modified": {
      const what = comparison === undefined ? "" : differencesText(comparison, edge);
      return l10n.t("This is no longer what {0} signed: {1}.", who, what);
    }
    case "invalid":
      return l10n.t("The signature of {0} is not valid. Do not rely on anything it says.", name);
    case "unverifiable":
      return l10n.t("Whether the signature of {0} is genuine cannot be decided here.", name);
    case "unsigned":
      return l10n.t("{0} is not signed.", name);
    case "unchecked":
      if (signer === undefined) return claimSentence(subject, edge);
      return l10n.t("{0} signed this. Whether the files are still the same was not checked yet.", who);
    case "checking":
      return l10n.t("{0} is being checked.", name);
    case "stale":
      return staleSentence(verdict, name, edge);
  }
}

function staleSentence({ staleBecause }: Verdict, name: string, { l10n }: Edge): string {
  switch (staleBecause) {
    case "policy":
      return l10n.t("What policies say changed since {0} was checked.", name);
    case "trust":
      return l10n.t("Whom you trust changed since {0} was checked.", name);
    case "restart":
      return l10n.t("{0} was checked in an earlier window. Nobody watched its files since.", name);
    default:
      return l10n.t("{0} changed on the disk since it was checked.", name);
  }
}

function claimSentence(subject: Subject, { l10n }: Edge): string {
  const { claimedSigner, problem } = subject.summary;
  const name = subjectName(subject);
  if (claimedSigner === undefined || problem !== undefined) {
    return l10n.t("The signature of {0} cannot be read.", name);
  }
  return l10n.t("This file says that {0} signed {1}. Nothing of that was checked yet.", plainText(claimedSigner), name);
}
