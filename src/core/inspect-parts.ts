import { X509Certificate } from "node:crypto";
import type { VerificationMaterial } from "./bundle/bundle.ts";
import { parseBundle } from "./bundle/parse-bundle.ts";
import { parseStatement, type Statement } from "./bundle/statement.ts";
import { ProvenanceError } from "./errors.ts";
import { distinguishedName } from "./verification/distinguished-name.ts";
import type { SigningMethod } from "./verification/signer.ts";

/** One thing that a signature file says of itself. */
export interface Claim {
  readonly name: string;
  readonly value: string;
}

/** What a bundle says of how it was signed. None of it is verified. */
export interface EnvelopeClaims {
  readonly mediaType: string;
  readonly method: SigningMethod;
  /** Who claims to have signed, in one line. */
  readonly claimedSigner: string;
  readonly claims: readonly Claim[];
  /** The statement, as received. */
  readonly payload: Buffer;
}

/** As much of a signature file as can be read. None of it is verified. */
export interface InspectedParts {
  readonly envelope?: EnvelopeClaims;
  readonly statement?: Statement;
  /** What keeps the rest from being read; of kind `invalid` or `unable`. */
  readonly problem?: ProvenanceError;
}

/**
 * Reads what can be read of a signature, the damaged ones too, and checks no signature.
 *
 * @param label the file, for messages
 */
export async function inspectParts(bytes: Buffer, label: string): Promise<InspectedParts> {
  const bundle = attempt(() => parseBundle(bytes, label));
  if (bundle.value === undefined) return { problem: bundle.problem };
  const { mediaType, material, envelope, json } = bundle.value;
  const statement = attempt(() => parseStatement(envelope.payload, label));
  const claimed = await claimsOf(material, json, label);
  const problem = statement.problem ?? claimed.problem;
  return {
    envelope: {
      mediaType,
      method: material.method,
      claimedSigner: claimed.signer,
      claims: claimed.claims,
      payload: envelope.payload,
    },
    ...(statement.value === undefined ? {} : { statement: statement.value }),
    ...(problem === undefined ? {} : { problem }),
  };
}

type Attempt<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: ProvenanceError };

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof ProvenanceError) return { problem: error };
    throw error;
  }
}

interface Claimed {
  readonly signer: string;
  readonly claims: readonly Claim[];
  readonly problem?: ProvenanceError;
}

async function claimsOf(material: VerificationMaterial, json: unknown, label: string): Promise<Claimed> {
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
      const { readSigstoreClaims } = await import("./verification/sigstore/sigstore-claims.ts");
      const read = attempt(() => readSigstoreClaims(json, label));
      const claims = read.value ?? [];
      const identity = claims.find(({ name }) => name === "identity")?.value;
      const signer = identity ?? "a browser login or CI (Sigstore)";
      return { signer, claims, ...(read.problem === undefined ? {} : { problem: read.problem }) };
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
    { name: "valid from", value: new Date(certificate.validFrom).toISOString() },
    { name: "valid until", value: new Date(certificate.validTo).toISOString() },
  ];
}
