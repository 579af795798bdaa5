import type { Localizer } from "../../../core/presentation/localizer.ts";
import type { Signer, TrustRootFacts } from "../../../core/verification/signer.ts";
import type { SignatureSummary } from "../../../engine/signature-view/requests.ts";
import type { Fact } from "../messages.ts";
import type { Links } from "./links.ts";

/** The log that has a public search page. */
const PUBLIC_LOG = "https://rekor.sigstore.dev";

/** Returns the fact, if there is any value. */
export function fact(label: string, value: string | undefined, code = false): Fact[] {
  return value ? [{ label, value, ...(code && { code }) }] : [];
}

/** Returns the verified facts about the signer. */
export function signerFacts(signer: Signer, links: Links, localizer: Localizer): Fact[] {
  const { t } = localizer;
  switch (signer.method) {
    case "key":
      return [
        ...fact(t("Key"), signer.label),
        ...fact(t("Type"), signer.curve),
        ...fact(t("Fingerprint (SHA-256)"), signer.fingerprint, true),
      ];
    case "certificate":
      return [
        ...fact(t("Subject"), signer.subject, true),
        ...signer.alternativeNames.flatMap((name) => fact(t("Also named"), name, true)),
        ...fact(t("Issued by"), signer.issuer, true),
        ...fact(t("Root"), signer.root, true),
        ...fact(t("Serial number"), signer.serialNumber, true),
        ...fact(t("Valid from"), localizer.moment(signer.notBefore)),
        ...fact(t("Valid until"), localizer.moment(signer.notAfter)),
        ...fact(t("Fingerprint (SHA-256)"), signer.fingerprints[0], true),
      ];
    case "sigstore": {
      const { certificate, log } = signer;
      return [
        ...fact(t("Identity"), signer.identity, true),
        ...fact(t("Identity provider"), signer.issuer, true),
        ...fact(t("Signed"), localizer.moment(signer.signedAt)),
        ...fact(t("Certificate issued by"), certificate.authority, true),
        ...fact(t("Serial number"), certificate.serialNumber, true),
        ...fact(t("Fingerprint (SHA-256)"), certificate.fingerprint, true),
        ...certificate.logs.flatMap((log) => fact(t("Certificate log"), log, true)),
        ...logFact(log.url, log.index, links, localizer),
        ...fact(t("Type of log entry"), log.entry, true),
        ...signer.timestamps.flatMap(({ authority }) => fact(t("Timestamp by"), authority, true)),
        ...fact(t("Verified against"), trustRootText(signer.trustRoot, localizer)),
      ];
    }
  }
}

function logFact(url: string, index: string, links: Links, { t }: Localizer): Fact[] {
  const value = t("number {0} in {1}", index, url.replace(/^https:\/\//, ""));
  const isPublic = url.replace(/\/$/, "") === PUBLIC_LOG && /^\d+$/.test(index);
  const page = isPublic ? `https://search.sigstore.dev/?logIndex=${index}` : undefined;
  return links.fact(t("Log entry"), value, page);
}

function trustRootText({ label, origin, asOf, expiredSince }: TrustRootFacts, localizer: Localizer): string {
  const { t } = localizer;
  if (origin === "file" || asOf === undefined) return t("the trust root of {0}", label);
  if (expiredSince !== undefined) {
    const expired = localizer.moment(expiredSince);
    return t(
      "the trust root of {0}, refreshed on {1}; its metadata expired on {2}",
      label,
      localizer.moment(asOf),
      expired,
    );
  }
  return t("the trust root of {0}, current on {1}", label, localizer.moment(asOf));
}

/** Labels of known claims; others keep the name that the file uses. */
function claimLabels({ t }: Localizer): Readonly<Record<string, string>> {
  return {
    identity: t("Identity"),
    "type of identity": t("Type of identity"),
    "identity provider": t("Identity provider"),
    "valid from": t("Valid from"),
    "valid until": t("Valid until"),
    "log entry": t("Log entry"),
    "key hint": t("Key fingerprint"),
    subject: t("Subject"),
    issuer: t("Issued by"),
    "alternative names": t("Also named"),
    certificate: t("Certificate"),
  };
}

/** Returns what the file claims about its signer, without links. */
export function claimFacts({ claims }: SignatureSummary, localizer: Localizer): Fact[] {
  const labels = claimLabels(localizer);
  return claims.map(({ name, value }) => {
    const isTime = name === "valid from" || name === "valid until";
    return {
      label: labels[name] ?? name,
      value: isTime ? localizer.moment(value) : value,
      ...(!isTime && { code: true }),
    };
  });
}
