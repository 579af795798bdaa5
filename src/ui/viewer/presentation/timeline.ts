import type { Localizer } from "../../../core/presentation/localizer.ts";
import type { Signer } from "../../../core/verification/signer.ts";
import type { Section, TimelineItem } from "../messages.ts";

interface Moment {
  readonly label: string;
  /** RFC 3339. */
  readonly from: string;
  readonly to?: string;
}

/** Fraction of the picture that stays free at either end. */
const MARGIN = 0.06;

/** Returns the verified times of a signature. A key signature has none. */
export function timelineOf(signer: Signer, checkedAt: string | undefined, localizer: Localizer): Section | undefined {
  const { t } = localizer;
  switch (signer.method) {
    case "key":
      return undefined;
    case "certificate": {
      const certificate = { label: t("Certificate valid"), from: signer.notBefore, to: signer.notAfter };
      const checked = checkedAt === undefined ? [] : [{ label: t("Verified"), from: checkedAt }];
      const summary = t(
        "The time of signing is unknown. The certificate must be valid at each verification: until {0}.",
        localizer.date(signer.notAfter),
      );
      return draw([certificate, ...checked], summary, localizer);
    }
    case "sigstore": {
      const { certificate, log, timestamps } = signer;
      const moments: Moment[] = [
        { label: t("Certificate valid"), from: certificate.notBefore, to: certificate.notAfter },
        ...(log.time === undefined ? [] : [{ label: t("Recorded in the log"), from: log.time }]),
        ...timestamps.map(({ time }) => ({ label: t("Timestamp"), from: time })),
      ];
      const summary = t(
        "Signed on {0}, while the signer's short-lived certificate was valid.",
        localizer.moment(signer.signedAt),
      );
      return draw(moments, summary, localizer);
    }
  }
}

function draw(moments: readonly Moment[], summary: string, localizer: Localizer): Section | undefined {
  const times = moments.flatMap(({ from, to }) => [from, to ?? from]).map((time) => Date.parse(time));
  if (times.length === 0 || times.some(Number.isNaN)) return undefined;
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const position = (time: string): number => {
    const part = last === first ? 0.5 : (Date.parse(time) - first) / (last - first);
    return MARGIN + part * (1 - 2 * MARGIN);
  };
  const items = moments.map(({ label, from, to }): TimelineItem => {
    const until = to ?? from;
    const value = [...new Set([from, until])].map((time) => localizer.moment(time)).join(" – ");
    return { label, value, from: position(from), to: position(until) };
  });
  return { title: localizer.t("When it was signed"), sentences: [{ text: summary, caution: false }], timeline: items };
}
