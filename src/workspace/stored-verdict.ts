import type { Comparison } from "../core/manifest/comparison.ts";
import type { Verdict, VerdictState } from "../core/verdict.ts";

/** Characters of JSON that are kept of one model: whoever has more files that differ finds them by checking again. */
export const ENTRY_LIMIT = 32_000;

/** Entries of a list that may have room in that; of more, no text is made to find out. */
const ENTRIES = ENTRY_LIMIT / 20;

const KEPT: ReadonlySet<VerdictState> = new Set(["verified", "untrusted", "modified", "invalid"]);

/** What to keep of a verdict, as JSON has it; undefined for one that neither rests on files nor is bad news. */
export function storedForm(verdict: Verdict): unknown {
  const { state, model, signature, signer, coverage, comparison, checkedAt, reading } = verdict;
  if (!KEPT.has(state)) return undefined;
  const reasons = verdict.reasons.map(({ code, message }) => ({ code, message }));
  const core = { state, model, signature, signer, reasons, checkedAt, reading };
  const isLong = comparison !== undefined && listed(comparison) > ENTRIES;
  for (const entry of isLong ? [core] : [{ ...core, coverage, comparison }, core]) {
    const text = JSON.stringify(entry);
    if (text.length <= ENTRY_LIMIT) return JSON.parse(text);
  }
  return undefined;
}

function listed({ changed, missing, added }: Comparison): number {
  return changed.length + missing.length + added.length;
}
