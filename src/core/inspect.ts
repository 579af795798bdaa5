import { X509Certificate } from "node:crypto";
import { basename, resolve } from "node:path";
import type { VerificationMaterial } from "./bundle/bundle.ts";
import { readBundle } from "./bundle/read-bundle.ts";
import { parseStatement } from "./bundle/statement.ts";
import type { HashAlgorithm } from "./hashing/digest-engine.ts";
import type { Resource } from "./manifest/manifest.ts";
import { distinguishedName } from "./verification/distinguished-name.ts";
import type { SigningMethod } from "./verification/signer.ts";

/** What a signature file says. None of it is verified: anybody can write such a file. */
export interface Inspection {
  /** Absolute path. */
  readonly path: string;
  readonly mediaType: string;
  readonly method: SigningMethod;
  /** The deprecated layout of version 0.2. */
  readonly legacy: boolean;
  /** Who claims to have signed, in one line. */
  readonly claimedSigner: string;
  readonly claims: readonly Claim[];
  readonly subject: string;
  /** Lower-case hex. */
  readonly rootDigest: string;
  readonly algorithm: HashAlgorithm;
  readonly serialization: "files" | "shards";
  /** Bytes; only for shards. */
  readonly shardSize?: number;
  readonly allowSymlinks: boolean;
  readonly ignorePaths: readonly string[];
  /** In payload order. */
  readonly resources: readonly Resource[];
}

export interface Claim {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads a signature file without checking the signature.
 *
 * @throws ProvenanceError SIGNATURE_NOT_FOUND, SIGNATURE_UNREADABLE, and those of kind `invalid` and `unable` for what is malformed
 */
export async function inspect(signature: string): Promise<Inspection> {
  const path = resolve(signature);
  const { mediaType, material, envelope, json } = await readBundle(path);
  const { manifest, legacy, rootDigest, subjectName } = parseStatement(envelope.payload, basename(path));
  const { algorithm, method, shardSize, allowSymlinks, ignorePaths } = manifest.serialization;
  return {
    path,
    mediaType,
    method: material.method,
    legacy,
    ...(material.method === "sigstore" ? await sigstoreClaims(json, basename(path)) : claimsOf(material)),
    subject: subjectName,
    rootDigest,
    algorithm,
    serialization: method,
    ...(shardSize !== undefined && { shardSize }),
    allowSymlinks,
    ignorePaths,
    resources: manifest.resources,
  };
}

async function sigstoreClaims(json: unknown, label: string): Promise<Pick<Inspection, "claimedSigner" | "claims">> {
  const { readSigstoreClaims } = await import("./verification/sigstore/sigstore-claims.ts");
  const claims = readSigstoreClaims(json, label);
  const identity = claims.find(({ name }) => name === "identity")?.value;
  return { claimedSigner: identity ?? "a browser login or CI (Sigstore)", claims };
}

function claimsOf(
  material: Exclude<VerificationMaterial, { method: "sigstore" }>,
): Pick<Inspection, "claimedSigner" | "claims"> {
  if (material.method === "key") {
    const hint = material.hint ?? "";
    const shown = hint === "" ? "a key that the file carries" : `the key ${hint.slice(0, 12)}…`;
    return { claimedSigner: shown, claims: hint === "" ? [] : [{ name: "key hint", value: hint }] };
  }
  const claims = material.chain.flatMap((der, index) => certificateClaims(der, index));
  const subject = claims.find(({ name }) => name === "subject")?.value;
  return { claimedSigner: subject ?? "a certificate without a name", claims };
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
