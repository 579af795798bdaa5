import { basename, resolve } from "node:path";
import { parseBundle } from "../bundle/parse-bundle.ts";
import { readLines, readSignatureFile } from "../bundle/read-bundle.ts";
import { parseStatement, type Statement } from "../bundle/statement.ts";
import { ProvenanceError } from "../errors.ts";
import type { Resource, Serialization } from "../manifest/manifest.ts";
import { type Claim, readClaims } from "../verification/claimed-signer.ts";
import type { SigningMethod } from "../verification/signer.ts";
import { bundleToShow } from "./verify/bundle-choice.ts";

/** What a bundle claims about how it was signed. Not verified. */
interface EnvelopeClaims {
  readonly mediaType: string;
  readonly method: SigningMethod;
  /** The claimed signer, in one line. */
  readonly claimedSigner: string;
  readonly claims: readonly Claim[];
}

/** The content of a signature file. Not verified: anyone can write such a file. */
export interface Inspection extends EnvelopeClaims, Omit<Serialization, "method"> {
  /** Absolute path. */
  readonly path: string;
  /** Which bundle it is, of a file with one a line; the first line is 1. */
  readonly line?: number;
  /** How many bundles the file has, where they are several. */
  readonly bundles?: number;
  /** The deprecated layout of version 0.2. */
  readonly legacy: boolean;
  readonly subject: string;
  /** Lower-case hex. */
  readonly rootDigest: string;
  readonly serialization: Serialization["method"];
  /** In payload order. */
  readonly resources: readonly Resource[];
}

/**
 * Reads a signature file without checking the signature.
 *
 * @param wanted the line of a bundle, of a file with one a line; the first that can be read, if absent
 * @throws ProvenanceError USAGE (there is no bundle in that line), SIGNATURE_NOT_FOUND, SIGNATURE_UNREADABLE, and those
 *   of kind `invalid` and `unable` for what is malformed
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
  const { envelope, statement, problem } = inspectParts(shown.bytes, name);
  if (problem !== undefined) throw problem;
  if (envelope === undefined || statement === undefined)
    throw new Error("A signature without a problem is read whole.");
  const { payload: _, ...claims } = envelope;
  const { manifest, legacy, rootDigest, subjectName } = statement;
  const { method: serialization, ...hashing } = manifest.serialization;
  const { resources } = manifest;
  const which = line === undefined ? {} : { line, bundles: lines.length };
  return { path, ...which, ...claims, legacy, subject: subjectName, rootDigest, serialization, ...hashing, resources };
}

/** The readable parts of a signature file. Not verified. */
interface InspectedParts {
  /** `payload`: the statement, as received. */
  envelope?: EnvelopeClaims & { readonly payload: Buffer };
  statement?: Statement;
  /** Why the rest cannot be read; of kind `invalid` or `unable`. */
  problem?: ProvenanceError | undefined;
}

/**
 * Reads the readable parts of a signature, also of a damaged one, without verifying it.
 *
 * @param label the file, for messages
 */
export function inspectParts(bytes: Buffer, label: string): Readonly<InspectedParts> {
  const parts: InspectedParts = {};
  try {
    const bundle = parseBundle(bytes, label);
    const { mediaType, material, envelope } = bundle;
    const { payload } = envelope;
    const { signer: claimedSigner, claims, problem } = readClaims(bundle, label);
    parts.envelope = { mediaType, method: material.method, claimedSigner, claims, payload };
    parts.problem = problem;
    parts.statement = parseStatement(payload, label);
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    parts.problem = error;
  }
  return parts;
}
