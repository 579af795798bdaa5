import { X509Certificate } from "node:crypto";
import type { Bundle, VerificationMaterial } from "../bundle/bundle.ts";
import { ProvenanceError } from "../errors.ts";
import { distinguishedName } from "./distinguished-name.ts";

/** A claim of a signature file. It is not verified. */
export interface Claim {
  readonly name: string;
  readonly value: string;
}

/** The signer that a bundle claims. Not verified. */
export interface ClaimedSigner {
  readonly signer: string;
  readonly claims: readonly Claim[];
  readonly problem?: ProvenanceError;
}

/** @param label the file, for messages */
export async function readClaims(material: VerificationMaterial, json: unknown, label: string): Promise<ClaimedSigner> {
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
      const { readSigstoreClaims } = await import("./sigstore/sigstore-claims.ts");
      const unnamed = "a browser login or CI (Sigstore)";
      try {
        const claims = readSigstoreClaims(json, label);
        return { signer: claims.find(({ name }) => name === "identity")?.value ?? unnamed, claims };
      } catch (error) {
        if (error instanceof ProvenanceError) return { signer: unnamed, claims: [], problem: error };
        throw error;
      }
    }
  }
}

/** Who claims to have signed a bundle, in one line; not verified. */
export async function claimedSignerOf({ material, json }: Bundle, label: string): Promise<string> {
  return (await readClaims(material, json, label)).signer;
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
    { name: "valid from", value: new Date(certificate.validFrom).toISOString() },
    { name: "valid until", value: new Date(certificate.validTo).toISOString() },
  ];
}
