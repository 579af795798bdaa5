import { X509Certificate } from "node:crypto";
import type { Bundle } from "../bundle/bundle.ts";
import { ProvenanceError, unlessRejected } from "../errors.ts";
import { distinguishedName } from "./distinguished-name.ts";
import { parseFulcioCertificate } from "./sigstore/fulcio-certificate.ts";
import { parseMaterial } from "./sigstore/material-shape.ts";

/** A claim of a signature file. It is not verified. */
export interface Claim {
  readonly name: string;
  readonly value: string;
}

/** The signer that a bundle claims. Not verified. */
export interface ClaimedSigner {
  /** In one line. */
  readonly signer: string;
  readonly claims: readonly Claim[];
  readonly problem?: ProvenanceError;
}

/** @param label the file, for messages */
export function readClaims({ material, json }: Pick<Bundle, "material" | "json">, label: string): ClaimedSigner {
  switch (material.method) {
    case "key": {
      const hint = material.hint ?? "";
      if (hint === "") return { signer: "a key that the file carries", claims: [] };
      return { signer: `the key ${hint.slice(0, 12)}…`, claims: [{ name: "key hint", value: hint }] };
    }
    case "certificate": {
      const claims = material.chain.flatMap((der, index) => certificateClaims(der, index));
      const subject = claims.find(({ name }) => name === "subject")?.value;
      return { signer: subject ?? "a certificate without a name", claims };
    }
    case "sigstore": {
      const unnamed = "a browser login or CI (Sigstore)";
      try {
        const claims = sigstoreClaims(json, label);
        return { signer: claims.find(({ name }) => name === "identity")?.value ?? unnamed, claims };
      } catch (error) {
        if (error instanceof ProvenanceError) return { signer: unnamed, claims: [], problem: error };
        throw error;
      }
    }
  }
}

function certificateClaims(der: Buffer, index: number): Claim[] {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    return [{ name: index === 0 ? "certificate" : `certificate ${index}`, value: "cannot be read" }];
  }
  const subject = distinguishedName(certificate.subject);
  if (index > 0) return [{ name: `certificate ${index}`, value: subject }];
  return [
    { name: "subject", value: subject },
    { name: "issuer", value: distinguishedName(certificate.issuer) },
    ...(certificate.subjectAltName ? [{ name: "alternative names", value: certificate.subjectAltName }] : []),
    ...validityClaims(certificate),
  ];
}

function validityClaims({ validFrom, validTo }: X509Certificate): Claim[] {
  return [timeClaim("valid from", validFrom), timeClaim("valid until", validTo)];
}

function timeClaim(name: string, text: string): Claim {
  const time = new Date(text);
  return { name, value: Number.isNaN(time.getTime()) ? "cannot be read" : time.toISOString() };
}

/** @throws ProvenanceError BUNDLE_MALFORMED; a certificate that cannot be read is reported as a claim */
function sigstoreClaims(json: unknown, label: string): Claim[] {
  const { certificate, tlogEntries } = parseMaterial(json, label);
  const entries = tlogEntries.map(({ logIndex, integratedTime, kindVersion: { kind, version } }) => {
    const time = new Date(Number(integratedTime ?? 0) * 1000);
    const shown = time.getTime() > 0 ? `, ${time.toISOString()}` : "";
    return { name: "log entry", value: `${logIndex ?? 0} (${kind}/${version}${shown})` };
  });
  const der = Buffer.from(certificate.rawBytes, "base64");
  const parsed = unlessRejected(() => parseFulcioCertificate(der, label));
  if (parsed === undefined) return [{ name: "certificate", value: "cannot be read" }, ...entries];
  const { identity, identityType, issuer, extensions } = parsed.subject;
  return [
    { name: "identity", value: identity },
    { name: "type of identity", value: identityType },
    { name: "identity provider", value: issuer },
    ...validityClaims(parsed.certificate.x509),
    ...Object.entries(extensions).map(([name, value]) => ({ name, value })),
    ...entries,
  ];
}
