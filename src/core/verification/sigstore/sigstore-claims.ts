import * as v from "valibot";
import { ProvenanceError } from "../../errors.ts";
import { parseFulcioCertificate } from "./fulcio-certificate.ts";
import { checkMaterialShape } from "./material-shape.ts";

/** A claim of a keyless bundle. It is not verified. */
export interface SigstoreClaim {
  readonly name: string;
  readonly value: string;
}

const Int64 = v.nullish(v.union([v.string(), v.number()]));
const Shape = v.looseObject({
  verificationMaterial: v.looseObject({
    certificate: v.looseObject({ rawBytes: v.string() }),
    tlogEntries: v.array(
      v.looseObject({
        logIndex: Int64,
        integratedTime: Int64,
        kindVersion: v.looseObject({ kind: v.string(), version: v.string() }),
      }),
    ),
  }),
});

/** @throws ProvenanceError BUNDLE_MALFORMED; a certificate that cannot be read is reported as a claim */
export function readSigstoreClaims(json: unknown, label: string): SigstoreClaim[] {
  checkMaterialShape(json, label);
  const { certificate, tlogEntries } = v.parse(Shape, json).verificationMaterial;
  const entries = tlogEntries.map(({ logIndex, integratedTime, kindVersion: { kind, version } }) => {
    const time = new Date(Number(integratedTime ?? 0) * 1000);
    const shown = time.getTime() > 0 ? `, ${time.toISOString()}` : "";
    return { name: "log entry", value: `${logIndex ?? 0} (${kind}/${version}${shown})` };
  });
  return [...certificateClaims(Buffer.from(certificate.rawBytes, "base64"), label), ...entries];
}

function certificateClaims(der: Buffer, label: string): SigstoreClaim[] {
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
