import { l10n } from "vscode";
import type { Verdict } from "../../core/verdict.ts";

/** Bytes below which a measured rate depends more on opening files than on the disk. */
const SIGNIFICANT_BYTES = 50_000_000;

/** Bytes a second of an ordinary solid-state disk, where nothing was measured in this workspace yet. */
const ASSUMED_RATE = 500_000_000;

/**
 * How long reading so many bytes once takes: "less than a second", "about 40 s". The rate is that of the largest model
 * that was read in this window; an assumed rate is named.
 */
export function readingTimeText(bytes: number, verdicts: readonly Verdict[]): string {
  const measured = measuredRate(verdicts);
  const seconds = bytes / (measured ?? ASSUMED_RATE);
  if (seconds < 1) return l10n.t("less than a second");
  const text = roughly(seconds);
  return measured === undefined ? l10n.t("{0} at 500 MB/s", text) : text;
}

function measuredRate(verdicts: readonly Verdict[]): number | undefined {
  const [largest] = verdicts
    .flatMap(({ coverage }) => (coverage === undefined ? [] : [coverage]))
    .filter(({ bytesRead, seconds }) => bytesRead >= SIGNIFICANT_BYTES && seconds > 0)
    .sort((a, b) => b.bytesRead - a.bytesRead);
  return largest === undefined ? undefined : largest.bytesRead / largest.seconds;
}

function roughly(seconds: number): string {
  if (seconds < 90) return l10n.t("about {0} s", seconds < 10 ? Math.ceil(seconds) : Math.ceil(seconds / 5) * 5);
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? l10n.t("about {0} min", minutes) : l10n.t("about {0} h", Math.ceil(minutes / 60));
}
