import type { Signer } from "../../../core/verification/signer.ts";
import type { SignatureSummary } from "../../../engine/signature-view/requests.ts";
import type { Timeline, TimelineItem } from "../messages.ts";
import { dateText, type Edge, momentText } from "./edge.ts";

interface Moment {
  readonly label: string;
  /** RFC 3339. */
  readonly from: string;
  readonly to?: string;
}

/** Part of the picture that stays free at either end. */
const MARGIN = 0.06;

/** When it was signed, of what was verified. A key says nothing about time. */
export function timelineOf(signer: Signer, checkedAt: string | undefined, edge: Edge): Timeline | undefined {
  const { l10n } = edge;
  switch (signer.method) {
    case "key":
      return undefined;
    case "certificate": {
      const certificate = { label: l10n.t("Certificate valid"), from: signer.notBefore, to: signer.notAfter };
      const checked = checkedAt === undefined ? [] : [{ label: l10n.t("Checked"), from: checkedAt }];
      const summary = l10n.t(
        "Nothing tells when it was signed. The certificate had to be valid when it was checked: until {0}.",
        dateText(signer.notAfter, edge),
      );
      return draw([certificate, ...checked], true, summary, edge);
    }
    case "sigstore": {
      const { certificate, log, timestamps } = signer;
      const moments: Moment[] = [
        { label: l10n.t("Certificate valid"), from: certificate.notBefore, to: certificate.notAfter },
        ...(log.time === undefined ? [] : [{ label: l10n.t("Entered in the log"), from: log.time }]),
        ...timestamps.map(({ time }) => ({ label: l10n.t("Timestamp"), from: time })),
      ];
      const summary = l10n.t(
        "Signed on {0}, while the signer's short-lived certificate was valid.",
        momentText(signer.signedAt, edge),
      );
      return draw(moments, true, summary, edge);
    }
  }
}

/** The same, of what the file says: only how long the certificate is valid. */
export function claimedTimeline({ claims }: SignatureSummary, edge: Edge): Timeline | undefined {
  const value = (name: string): string | undefined => claims.find((claim) => claim.name === name)?.value;
  const [from, to] = [value("valid from"), value("valid until")];
  if (from === undefined || to === undefined) return undefined;
  const summary = edge.l10n.t("The file says so. None of it was checked.");
  return draw([{ label: edge.l10n.t("Certificate valid"), from, to }], false, summary, edge);
}

function draw(moments: readonly Moment[], verified: boolean, summary: string, edge: Edge): Timeline | undefined {
  const times = moments.flatMap(({ from, to }) => [from, to ?? from]).map((time) => Date.parse(time));
  if (times.length === 0 || times.some(Number.isNaN)) return undefined;
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const place = (time: string): number => {
    const part = last === first ? 0.5 : (Date.parse(time) - first) / (last - first);
    return MARGIN + part * (1 - 2 * MARGIN);
  };
  const items = moments.map(({ label, from, to }): TimelineItem => {
    const until = to ?? from;
    const value = to === undefined ? momentText(from, edge) : spanText(from, to, edge);
    return { label, value, kind: to === undefined ? "point" : "span", from: place(from), to: place(until) };
  });
  return { verified, summary, items };
}

function spanText(from: string, to: string, edge: Edge): string {
  return edge.l10n.t("{0} – {1}", momentText(from, edge), momentText(to, edge));
}
