import type { Bundle } from "../../bundle/bundle.ts";
import { type ErrorKind, ProvenanceError } from "../../errors.ts";
import type { DigestMode, DigestOptions } from "../../hashing/digest-request.ts";
import { type PoolChoice, withHashPool } from "../../hashing/with-hash-pool.ts";
import { isOnlyUndownloaded } from "../../manifest/changed-files.ts";
import { compare, matchFiles } from "../../manifest/compare.ts";
import type { Comparison } from "../../manifest/comparison.ts";
import { resourcesByFile } from "../../manifest/manifest.ts";
import { enumerateModel } from "../../model/enumerate.ts";
import type { Trust } from "../../trust.ts";
import type { Reason, Verdict, VerdictState } from "../../verdict.ts";
import { type BundleVerification, verifyBundle } from "../../verification/verify-bundle.ts";
import { explainChanges } from "./change-causes.ts";
import { coverageOf } from "./coverage.ts";
import { verificationIgnoreRules } from "./ignore-rules.ts";
import { findOtherSignatures, withSignaturesNamed } from "./other-signatures.ts";

/** One signature of a model, as read: its bundle, or the verdict where it cannot be read. Nothing of it is verified. */
export type SignatureCandidate = {
  /** Absolute path of the file. */
  readonly signature: string;
  /** Of a file with several bundles. */
  readonly line?: number;
} & (
  | { readonly bundle: Bundle; readonly problem?: undefined }
  | { readonly bundle?: undefined; readonly problem: Verdict }
);

/** How the files of a model are compared with what is signed. */
export interface CompareOptions extends PoolChoice, DigestOptions {
  /** Files that need not be signed: canonical, relative to the model. Signed files are compared all the same. */
  readonly ignorePaths?: readonly string[];
  /** Accepts files that the statement does not name (OMS 8.5); the verdict lists them. */
  readonly ignoreUnsignedFiles?: boolean;
  /** Whether links of a Hugging Face cache are read through (see `hubBlob`); `allow` if absent. */
  readonly hubCacheLinks?: "allow" | "deny";
  /** Whether other OMS signatures in the model need not be signed (see `findOtherSignatures`); `allow` if absent. */
  readonly otherSignatures?: "allow" | "deny";
  readonly mode?: DigestMode | undefined;
}

/** What was found out about one signature without reading a file of the model. */
export interface SignatureCheck {
  /** At best `unchecked`. */
  readonly verdict: Verdict;
  /** Only where the signature is authentic. */
  readonly verified?: BundleVerification;
}

/**
 * Verifies one signature and its signer; see `authenticate`.
 *
 * @param model absolute path
 */
export async function checkSignature(
  { signature, bundle, problem }: SignatureCandidate,
  model: string,
  trust: Trust,
): Promise<SignatureCheck> {
  if (problem !== undefined) return { verdict: problem };
  const { method } = bundle.material;
  try {
    const verified = await verifyBundle(bundle, trust, signature);
    const { signer, statement, rejection } = verified;
    const facts = { signer, rootDigest: statement.rootDigest, ...(statement.legacy && { legacy: true }) };
    const reasons = rejection ? [reasonOf(rejection)] : [];
    return { verdict: { state: "unchecked", model, signature, method, ...facts, reasons }, verified };
  } catch (error) {
    return { verdict: { model, signature, method, ...failure(error) } };
  }
}

/** Compares the files of a model with the statement of an authentic signature; see `verify`. */
export async function compareFiles({ verdict, verified }: SignatureCheck, options: CompareOptions): Promise<Verdict> {
  const { signature } = verdict;
  if (verified === undefined || signature === undefined) return verdict;
  try {
    return await checkFiles(verdict, signature, verified, options);
  } catch (error) {
    return { ...verdict, ...failure(error) };
  }
}

/** Returns the state of a model whose files differ; undefined where none does. */
export function stateOfDifferences(comparison: Comparison): "modified" | "unverifiable" | undefined {
  if (comparison.matches) return undefined;
  return isOnlyUndownloaded(comparison) ? "unverifiable" : "modified";
}

async function checkFiles(
  verdict: Verdict,
  signature: string,
  { statement, rejection }: BundleVerification,
  options: CompareOptions,
): Promise<Verdict> {
  const started = performance.now();
  const { model } = verdict;
  const { manifest } = statement;
  const { serialization } = manifest;
  const { mode = "full", signal, onProgress } = options;
  const { algorithm, shardSize } = serialization;
  const signed = resourcesByFile(manifest);
  const {
    list,
    matching: all,
    others,
    digests,
  } = await withHashPool(options, async (pool) => {
    if (mode === "full") pool.expect?.(signed.size);
    const found = await enumerateModel(model, {
      ignore: verificationIgnoreRules(model, signature, manifest, options.ignorePaths ?? []),
      allowSymlinks: serialization.allowSymlinks,
      hubCacheLinks: options.hubCacheLinks !== "deny",
      signal,
    });
    const names = new Set(signed.keys());
    const isSigned = (name: string): boolean => names.has(name);
    const allowOthers = options.otherSignatures !== "deny";
    const list = allowOthers ? await withSignaturesNamed(found, isSigned, signal) : found;
    const matching = matchFiles(manifest, list, signed);
    const unsigned = matching.added.filter(({ note }) => allowOthers && note === undefined).map(({ name }) => name);
    const others = await findOtherSignatures(list, unsigned, isSigned, signal);
    // Of the unsigned files only those are read that shards omit as empty: their listed size may be wrong.
    const files = [...matching.present.map(({ file }) => file), ...matching.empty];
    const request = { root: model, algorithm, mode, shardSize, files };
    return { list, matching, others, digests: await pool.digest(request, { signal, onProgress }) };
  });
  const matching = { ...all, added: all.added.filter(({ name }) => !others.includes(name)) };
  const letUnsignedPass = options.ignoreUnsignedFiles === true;
  const covered = {
    names: [...matching.present.map(({ file }) => file.name), ...matching.missing.map(({ name }) => name)],
    files: matching.present.length + matching.missing.length + new Set(matching.replaced.map(({ name }) => name)).size,
    bytes: matching.present.reduce((sum, { file }) => sum + file.size, 0),
  };
  const compared = compare(manifest, matching, digests.digests, letUnsignedPass);
  const { comparison, reasons } = await explainChanges(compared, { manifest, matching, list }, signal);
  return {
    ...verdict,
    state: stateOfDifferences(comparison) ?? (rejection ? "untrusted" : "verified"),
    comparison,
    coverage: coverageOf(list, serialization, covered, digests, started, {
      unsigned: letUnsignedPass ? matching.added.map(({ name }) => name) : [],
      empty: matching.empty.map(({ name }) => name),
      others,
    }),
    reading: digests.bytesFromCache > 0 ? "cached" : "full",
    reasons: [...reasons, ...verdict.reasons],
  };
}

const STATES: Readonly<Record<Exclude<ErrorKind, "usage">, VerdictState>> = {
  invalid: "invalid",
  unable: "unverifiable",
  input: "unverifiable",
  internal: "unverifiable",
};

/**
 * What a verdict says of a fault of the signature or the model.
 *
 * @throws the error itself, where it is no such fault
 */
export function failure(error: unknown): Pick<Verdict, "state" | "reasons"> {
  if (!(error instanceof ProvenanceError)) throw error;
  const { kind, code } = error;
  if (kind === "usage" || code === "CANCELLED" || code === "MODEL_NOT_FOUND") throw error;
  const state = code === "SIGNATURE_NOT_FOUND" ? "unsigned" : code === "FILE_CHANGED" ? "stale" : STATES[kind];
  return { state, reasons: [reasonOf(error)] };
}

function reasonOf({ code, message, details }: ProvenanceError): Reason {
  return { code, message, details };
}
