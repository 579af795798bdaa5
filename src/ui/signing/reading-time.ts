import { l10n } from "vscode";
import type { Verdict } from "../../core/verdict.ts";

/** Bytes below which a measured rate says more about opening files than about the disk. */
const TELLING_BYTES = 50_000_000;

/** Bytes a second, where nothing was measured in this workspace yet: what an ordinary solid-state disk gives. */
const ASSUMED_RATE = 500_000_000;

/**
 * How long it takes to read so many bytes once, as a person says it: "less than a second", "about 40 s". The rate is
 * the one of the largest model that was read here; without one it is told what was assumed.
 */
export function readingTimeText(bytes: number, verdicts: readonly Verdict[]): string {
  const measured = measuredRate(verdicts);
  const seconds = bytes / (measured ?? ASSUMED_RATE);
  if (seconds < 1) return l10n.t("less than a second");
  const text = roughly(seconds);
  return measured === undefined ? l10n.t("{0} if the disk gives 500 MB a second", text) : text;
}

function measuredRate(verdicts: readonly Verdict[]): number | undefined {
  const [largest] = verdicts
    .flatMap(({ coverage }) => (coverage === undefined ? [] : [coverage]))
    .filter(({ bytesRead, seconds }) => bytesRead >= TELLING_BYTES && seconds > 0)
    .sort((a, b) => b.bytesRead - a.bytesRead);
  return largest === undefined ? undefined : largest.bytesRead / largest.seconds;
}

function roughly(seconds: number): string {
  if (seconds < 10) return l10n.t("about {0} s", Math.ceil(seconds));
  if (seconds < 90) return l10n.t("about {0} s", Math.ceil(seconds / 5) * 5);
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? l10n.t("about {0} min", minutes) : l10n.t("about {0} h", Math.ceil(minutes / 60));
}
