import { basename, resolve } from "node:path";
import { readSignatureFile } from "./bundle/read-bundle.ts";
import type { HashAlgorithm } from "./hashing/digest-request.ts";
import { inspectParts } from "./inspect-parts.ts";
import type { Resource } from "./manifest/manifest.ts";
import type { Claim } from "./verification/claimed-signer.ts";
import type { SigningMethod } from "./verification/signer.ts";

/** The content of a signature file. Not verified: anyone can write such a file. */
export interface Inspection {
  /** Absolute path. */
  readonly path: string;
  readonly mediaType: string;
  readonly method: SigningMethod;
  /** The deprecated layout of version 0.2. */
  readonly legacy: boolean;
  /** The claimed signer, in one line. */
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

/**
 * Reads a signature file without checking the signature.
 *
 * @throws ProvenanceError SIGNATURE_NOT_FOUND, SIGNATURE_UNREADABLE, and those of kind `invalid` and `unable` for what is malformed
 */
export async function inspect(signature: string): Promise<Inspection> {
  const path = resolve(signature);
  const { envelope, statement, problem } = await inspectParts(await readSignatureFile(path), basename(path));
  if (problem !== undefined) throw problem;
  if (envelope === undefined || statement === undefined)
    throw new Error("A signature without a problem is read whole.");
  const { mediaType, method, claimedSigner, claims } = envelope;
  const { manifest, legacy, rootDigest, subjectName } = statement;
  const { algorithm, method: serialization, shardSize, allowSymlinks, ignorePaths } = manifest.serialization;
  return {
    path,
    mediaType,
    method,
    legacy,
    claimedSigner,
    claims,
    subject: subjectName,
    rootDigest,
    algorithm,
    serialization,
    ...(shardSize !== undefined && { shardSize }),
    allowSymlinks,
    ignorePaths,
    resources: manifest.resources,
  };
}
