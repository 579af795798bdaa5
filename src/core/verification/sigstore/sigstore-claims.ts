import { ProvenanceError } from "../../errors.ts";
import type { Claim } from "../claimed-signer.ts";
import { parseFulcioCertificate } from "./fulcio-certificate.ts";
import { parseMaterial } from "./material-shape.ts";

/** @throws ProvenanceError BUNDLE_MALFORMED; a certificate that cannot be read is reported as a claim */
export function readSigstoreClaims(json: unknown, label: string): Claim[] {
  const { certificate, tlogEntries } = parseMaterial(json, label);
  const entries = tlogEntries.map(({ logIndex, integratedTime, kindVersion: { kind, version } }) => {
    const time = new Date(Number(integratedTime ?? 0) * 1000);
    const shown = time.getTime() > 0 ? `, ${time.toISOString()}` : "";
    return { name: "log entry", value: `${logIndex ?? 0} (${kind}/${version}${shown})` };
  });
  return [...certificateClaims(Buffer.from(certificate.rawBytes, "base64"), label), ...entries];
}

function certificateClaims(der: Buffer, label: string): Claim[] {
  try {
    const { certificate, subject } = parseFulcioCertificate(der, label);
    const { identity, identityType, issuer, extensions } = subject;
    return [
      { name: "identity", value: identity },
      { name: "type of identity", value: identityType },
      { name: "identity provider", value: issuer },
      { name: "valid from", value: new Date(certificate.x509.validFrom).toISOString() },
      { name: "valid until", value: new Date(certificate.x509.validTo).toISOString() },
      ...Object.entries(extensions).map(([name, value]) => ({ name, value })),
    ];
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    return [{ name: "certificate", value: "cannot be read" }];
  }
}
