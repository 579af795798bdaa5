import { l10n } from "vscode";
import type { ErrorCode } from "../core/errors.ts";
import { changedFileCount } from "../core/manifest/changed-files.ts";
import type { Comparison } from "../core/manifest/comparison.ts";
import type { Verdict } from "../core/verdict.ts";
import { SHORT_REASONS, signerText, type Words, wordsFor } from "../core/words.ts";
import { timeText } from "./time-text.ts";

/**
 * The words of the core's table in the person's language. They are written down in the table only: `scripts/l10n.ts`
 * takes them from there into the bundle of what is to be translated.
 */
export function stateWords(verdict: Verdict): Words {
  const words = wordsFor(verdict);
  return { ...words, label: l10n.t(words.label) };
}

export function translatedLabel({ label }: Words): string {
  return l10n.t(label);
}

/** The reason in about four words. */
export function shortReason(code: ErrorCode): string {
  return l10n.t(SHORT_REASONS[code]);
}

/** `2 changed, 1 missing, 1 added`: files, however many of their shards. Empty when nothing differs. */
export function differencesText(comparison: Comparison): string {
  const changed = changedFileCount(comparison);
  const { length: missing } = comparison.missing;
  const { length: added } = comparison.added;
  return [
    ...(changed === 0 ? [] : [l10n.t("{0} changed", changed)]),
    ...(missing === 0 ? [] : [l10n.t("{0} missing", missing)]),
    ...(added === 0 ? [] : [l10n.t("{0} added", added)]),
  ].join(", ");
}

/** What stands beside a model's name in a list: the signer, what differs, or the reason in four words. */
export function describe(verdict: Verdict): string {
  const { signer, comparison, reasons, checkedAt } = verdict;
  const [reason] = reasons;
  const because = reason === undefined ? "" : shortReason(reason.code);
  switch (verdict.state) {
    case "verified":
    case "untrusted":
      return signer === undefined ? "" : signerText(signer);
    case "modified":
      return comparison === undefined ? because : differencesText(comparison);
    case "invalid":
    case "unverifiable":
      return because;
    case "unsigned":
      return l10n.t("not signed");
    case "unchecked":
      return l10n.t("signed, not checked");
    case "checking":
      return l10n.t("checking");
    case "stale": {
      const time = checkedAt === undefined ? undefined : timeText(checkedAt);
      if (comparison?.matches === true && reasons.length === 0) {
        return time === undefined ? l10n.t("was verified") : l10n.t("was verified {0}", time);
      }
      return time === undefined ? l10n.t("was checked") : l10n.t("was checked {0}", time);
    }
  }
}
