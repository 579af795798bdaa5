import { basename, resolve } from "node:path";
import { readLines, readSignatureFile } from "./bundle/read-bundle.ts";
import { bundleToShow } from "./bundle-choice.ts";
import { ProvenanceError } from "./errors.ts";
import type { HashAlgorithm } from "./hashing/digest-request.ts";
import { inspectParts } from "./inspect-parts.ts";
import type { Resource } from "./manifest/manifest.ts";
import type { Claim } from "./verification/claimed-signer.ts";
import type { SigningMethod } from "./verification/signer.ts";

/** The content of a signature file. Not verified: anyone can write such a file. */
export interface Inspection {
  /** Absolute path. */
  readonly path: string;
  /** Which bundle it is, of a file with one a line; the first line is 1. */
  readonly line?: number;
  /** How many bundles the file has, where they are several. */
  readonly bundles?: number;
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
 * @param wanted the line of a bundle, of a file with one a line; the first that can be read, if absent
 * @throws ProvenanceError USAGE (there is no bundle in that line), SIGNATURE_NOT_FOUND, SIGNATURE_UNREADABLE, and those of kind `invalid` and `unable` for what is malformed
 */
export async function inspect(signature: string, wanted?: number): Promise<Inspection> {
  const path = resolve(signature);
  const name = basename(path);
  const lines = readLines(await readSignatureFile(path), name);
  const shown = bundleToShow(lines, wanted);
  const line = shown?.line;
  if (shown === undefined || (wanted !== undefined && wanted !== (line ?? 1))) {
    throw new ProvenanceError("USAGE", `${name} has no bundle in line ${wanted}.`, { details: { path } });
  }
  const { envelope, statement, problem } = await inspectParts(shown.bytes, name);
  if (problem !== undefined) throw problem;
  if (envelope === undefined || statement === undefined)
    throw new Error("A signature without a problem is read whole.");
  const { mediaType, method, claimedSigner, claims } = envelope;
  const { manifest, legacy, rootDigest, subjectName } = statement;
  const { algorithm, method: serialization, shardSize, allowSymlinks, ignorePaths } = manifest.serialization;
  return {
    path,
    ...(line !== undefined && { line, bundles: lines.length }),
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
