import { basename } from "node:path";
import { isOnlyToolFiles } from "../manifest/innocent-differences.ts";
import type { StaleCause, Verdict } from "../verdict.ts";
import { differencesPhrase, differencesText, firstDifferencePhrase, toolFilesText } from "./coverage-text.ts";
import type { Localizer, Translate } from "./localizer.ts";
import { shortReason, shortReasonOf } from "./short-reasons.ts";
import { signerName, signerPhrase } from "./signer-text.ts";
import { isException } from "./verdict-labels.ts";

/**
 * The text beside a model's name in a list: the signer, what differs, or the reason in four words.
 *
 * @param nameOf names the signer; whole names are for places that have no room for them elsewhere
 */
export function summarizeVerdict(verdict: Verdict, localizer: Localizer, nameOf = signerName): string {
  const { t, time } = localizer;
  const { signer, comparison, checkedAt } = verdict;
  switch (verdict.state) {
    case "verified":
    case "untrusted":
      return signer === undefined ? "" : nameOf(signer, t);
    case "pinned":
      return verdict.pin?.pinnedOn === undefined ? t("pinned") : t("pinned {0}", localizer.date(verdict.pin.pinnedOn));
    case "modified":
      return comparison === undefined ? shortReason(verdict, t) : differencesText(comparison, t);
    case "invalid":
    case "unverifiable":
      return shortReason(verdict, t);
    case "unsigned":
      return t("not signed");
    case "unchecked":
      return awaitsPin(verdict) ? t("pinned, not checked") : t("signed, not checked");
    case "checking":
      return t("checking");
    case "stale": {
      const at = checkedAt === undefined ? undefined : time(checkedAt);
      if (comparison?.matches === true && verdict.reasons.length === 0) {
        return at === undefined ? t("was verified") : t("was verified {0}", at);
      }
      return at === undefined ? t("was checked") : t("was checked {0}", at);
    }
  }
}

/** The subject of a sentence, and the reason that goes into it where the verdict is bad. */
export interface SentenceParts {
  /** The model's name, or "This". */
  readonly name: string;
  /** A sentence; absent where the reasons stand beside it. */
  readonly reason?: string | undefined;
}

/** The verdict as one sentence that stands alone: "llama-3-8b is what key prod.pub signed, unchanged." */
export function verdictSentence(verdict: Verdict, parts: SentenceParts, localizer: Localizer): string {
  const sentence = stateSentence(verdict, parts, localizer);
  return isException(verdict) ? `${sentence} ${localizer.t("A policy allows it by exception.")}` : sentence;
}

/** The same for a list of problems: what changed comes first, as a list cuts off long sentences. */
export function problemSentence(verdict: Verdict, parts: SentenceParts, localizer: Localizer): string {
  const { state, comparison, signer, pin } = verdict;
  const { t } = localizer;
  const isPlain = state === "modified" && pin === undefined && signer !== undefined;
  if (!isPlain || comparison === undefined || isOnlyToolFiles(comparison)) {
    return verdictSentence(verdict, parts, localizer);
  }
  const first = firstDifferencePhrase(comparison, t);
  return t("{0}: {1} doesn't match its signature (signed by {2}).", first, parts.name, signerPhrase(signer, t));
}

function stateSentence(verdict: Verdict, { name, reason = "" }: SentenceParts, { t, date }: Localizer): string {
  const { signer, comparison } = verdict;
  const who = signerPhrase(signer, t);
  switch (verdict.state) {
    case "verified":
      return signer?.method === "sigstore"
        ? t("{0} is what {1} signed on {2}, unchanged.", name, who, date(signer.signedAt))
        : t("{0} is what {1} signed, unchanged.", name, who);
    case "untrusted":
      if (isException(verdict)) return t("{0} is what {1} signed, unchanged.", name, who);
      return t("{0} is what {1} signed, unchanged, but {2}.", name, who, objection(verdict, t));
    case "pinned":
      return pinnedSentence(verdict, name, t, date);
    case "modified": {
      if (comparison !== undefined && isOnlyToolFiles(comparison)) {
        return t("{0}: {1} (signed by {2}).", name, toolFilesText(comparison, t), who);
      }
      const what = comparison === undefined ? shortReason(verdict, t) : differencesPhrase(comparison, t);
      if (verdict.pin !== undefined)
        return t("{0} doesn't match the bytes that {1} pins: {2}.", name, verdict.pin.policy.name, what);
      if (signer === undefined) return t("{0} doesn't match its signature: {1}.", name, what);
      return t("{0} doesn't match its signature: {1} (signed by {2}).", name, what, who);
    }
    case "invalid":
      if (reason === "") return t("The signature of {0} is not valid.", name);
      return t("The signature of {0} is not valid: {1}", name, reason);
    case "unverifiable":
      if (reason === "") return t("{0} can't be verified here.", name);
      return t("{0} can't be verified here: {1}", name, reason);
    case "unsigned":
      return verdict.decision?.outcome === "refused"
        ? t("{0} is not signed, but a policy requires a signature.", name)
        : t("{0} is not signed.", name);
    case "unchecked":
      if (awaitsPin(verdict)) return t("{0} is not signed; a policy pins its bytes, which were not checked yet.", name);
      if (signer === undefined) return t("{0} is signed and was not checked yet.", name);
      return t("{0} was signed by {1}; its files were not checked yet.", name, who);
    case "checking":
      return t("{0} is being checked.", name);
    case "stale":
      return STALE[verdict.staleBecause ?? "files"](name, t);
  }
}

/** Whether a policy pins bytes that were not compared yet. */
function awaitsPin({ signature, reasons }: Verdict): boolean {
  return signature === undefined && reasons.some(({ code }) => code === "POLICY_PIN");
}

function pinnedSentence({ pin }: Verdict, name: string, t: Translate, date: Localizer["date"]): string {
  if (pin === undefined) return t("{0} is not signed. It has the same bytes as pinned.", name);
  const file = basename(pin.policy.file);
  return pin.pinnedOn === undefined
    ? t("{0} is not signed. It has the same bytes as pinned in {1}.", name, file)
    : t("{0} is not signed. It has the same bytes as pinned in {1} on {2}.", name, file, date(pin.pinnedOn));
}

/** Why a signer whose files match is not accepted, after "but". */
function objection({ decision }: Verdict, t: Translate): string {
  const code = decision?.reasons[0]?.code;
  if (code === undefined) return t("this signer is not accepted");
  if (code === "POLICY_SIGNER") return t("no policy accepts this signer");
  if (code === "POLICY_WORKSPACE_UNTRUSTED") return t("only policies of an untrusted workspace cover it");
  return shortReasonOf(code, t);
}

const STALE: Readonly<Record<StaleCause, (name: string, t: Translate) => string>> = {
  files: (name, t) => t("Files of {0} changed since it was checked.", name),
  policy: (name, t) => t("Policies that cover {0} changed since it was checked.", name),
  trust: (name, t) => t("Your trusted signers changed since {0} was checked.", name),
  restart: (name, t) => t("{0} was checked in an earlier window, and not yet in this one.", name),
};
