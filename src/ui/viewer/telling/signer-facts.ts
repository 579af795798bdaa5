import type { Signer, TrustRootFacts } from "../../../core/verification/signer.ts";
import type { SignatureSummary } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Fact } from "../messages.ts";
import { type Edge, momentText } from "./edge.ts";
import type { Links } from "./links.ts";

/** The log that has a search for people. */
const PUBLIC_LOG = "https://rekor.sigstore.dev";

/** Everything about the signer that was verified. */
export function signerFacts(signer: Signer, links: Links, edge: Edge): Fact[] {
  const { l10n } = edge;
  const text = (label: string, value: string, code = false): Fact[] =>
    value === "" ? [] : [{ label, value: plainText(value), ...(code && { code }) }];
  switch (signer.method) {
    case "key":
      return [
        ...text(l10n.t("Key"), signer.label ?? ""),
        ...text(l10n.t("Kind"), signer.curve),
        ...text(l10n.t("Fingerprint (SHA-256)"), signer.fingerprint, true),
      ];
    case "certificate":
      return [
        ...text(l10n.t("Subject"), signer.subject, true),
        ...signer.alternativeNames.flatMap((name) => text(l10n.t("Also named"), name, true)),
        ...text(l10n.t("Issued by"), signer.issuer, true),
        ...text(l10n.t("Root"), signer.root, true),
        ...text(l10n.t("Serial number"), signer.serialNumber, true),
        ...text(l10n.t("Valid from"), momentText(signer.notBefore, edge)),
        ...text(l10n.t("Valid until"), momentText(signer.notAfter, edge)),
        ...text(l10n.t("Fingerprint (SHA-256)"), signer.fingerprints[0] ?? "", true),
      ];
    case "sigstore": {
      const { certificate, log } = signer;
      return [
        ...text(l10n.t("Identity"), signer.identity, true),
        ...text(l10n.t("Vouched for by"), signer.issuer, true),
        ...text(l10n.t("Signed"), momentText(signer.signedAt, edge)),
        ...text(l10n.t("Certificate issued by"), certificate.authority, true),
        ...text(l10n.t("Serial number"), certificate.serialNumber, true),
        ...text(l10n.t("Fingerprint (SHA-256)"), certificate.fingerprint, true),
        ...certificate.logs.flatMap((log) => text(l10n.t("Certificate log"), log, true)),
        logFact(log.url, log.index, links, edge),
        ...text(l10n.t("Kind of log entry"), log.entry, true),
        ...signer.timestamps.flatMap(({ authority }) => text(l10n.t("Timestamp by"), authority, true)),
        ...text(l10n.t("Checked against"), trustRootText(signer.trustRoot, edge)),
      ];
    }
  }
}

function logFact(url: string, index: string, links: Links, { l10n }: Edge): Fact {
  const value = plainText(l10n.t("number {0} in {1}", index, url.replace(/^https:\/\//, "")));
  const isPublic = url.replace(/\/$/, "") === PUBLIC_LOG && /^\d+$/.test(index);
  const link = isPublic ? links.web(`https://search.sigstore.dev/?logIndex=${index}`) : undefined;
  return { label: l10n.t("Log entry"), value, code: true, ...(link && { link }) };
}

function trustRootText({ label, origin, asOf, expiredSince }: TrustRootFacts, edge: Edge): string {
  const { l10n } = edge;
  if (origin === "file" || asOf === undefined) return l10n.t("the trust root of {0}", label);
  if (expiredSince !== undefined) {
    const expired = momentText(expiredSince, edge);
    return l10n.t(
      "the trust root of {0}, refreshed on {1}; its metadata expired on {2}",
      label,
      momentText(asOf, edge),
      expired,
    );
  }
  return l10n.t("the trust root of {0}, current on {1}", label, momentText(asOf, edge));
}

/** Names of what a file claims, for people; others are shown as the file has them. */
function claimLabels({ l10n }: Edge): Readonly<Record<string, string>> {
  return {
    identity: l10n.t("Identity"),
    "type of identity": l10n.t("Kind of identity"),
    "identity provider": l10n.t("Vouched for by"),
    "valid from": l10n.t("Valid from"),
    "valid until": l10n.t("Valid until"),
    "log entry": l10n.t("Log entry"),
    "key hint": l10n.t("Key fingerprint"),
    subject: l10n.t("Subject"),
    issuer: l10n.t("Issued by"),
    "alternative names": l10n.t("Also named"),
    certificate: l10n.t("Certificate"),
  };
}

/** What the file says of its signer. No link is made of it. */
export function claimFacts({ claims }: SignatureSummary, edge: Edge): Fact[] {
  const labels = claimLabels(edge);
  return claims.map(({ name, value }) => {
    const isTime = name === "valid from" || name === "valid until";
    return {
      label: labels[name] ?? plainText(name),
      value: isTime ? momentText(value, edge) : plainText(value),
      ...(!isTime && { code: true }),
    };
  });
}
