import { resolve } from "node:path";
import type { Bundle } from "./bundle/bundle.ts";
import { readBundle } from "./bundle/read-bundle.ts";
import { explainChanges } from "./change-causes.ts";
import { coverageOf } from "./coverage.ts";
import { type ErrorKind, ProvenanceError, throwIfCancelled } from "./errors.ts";
import type { DigestMode, DigestOptions } from "./hashing/digest-request.ts";
import { type PoolChoice, withHashPool } from "./hashing/with-hash-pool.ts";
import { verificationIgnoreRules } from "./ignore-rules.ts";
import { isOnlyUndownloaded } from "./manifest/changed-files.ts";
import { compare, matchFiles } from "./manifest/compare.ts";
import type { Comparison } from "./manifest/comparison.ts";
import { resourcesByFile } from "./manifest/manifest.ts";
import { enumerateModel } from "./model/enumerate.ts";
import type { Trust } from "./trust.ts";
import type { Reason, Verdict, VerdictState } from "./verdict.ts";
import { type BundleVerification, verifyBundle } from "./verification/verify-bundle.ts";

export interface VerifyOptions extends PoolChoice, DigestOptions {
  /** The folder, or the single file. */
  readonly model: string;
  readonly signature: string;
  readonly trust: Trust;
  /** Files that need not be signed: canonical, relative to the model. Signed files are compared all the same. */
  readonly ignorePaths?: readonly string[];
  /** Accepts files that the statement does not name (OMS 8.5); the verdict lists them. */
  readonly ignoreUnsignedFiles?: boolean;
  /** Whether links of a Hugging Face cache are read through (see `hubBlob`); `allow` if absent. */
  readonly hubCacheLinks?: "allow" | "deny";
  readonly mode?: DigestMode | undefined;
}

/** Options to verify the signature only. */
export type AuthenticateOptions = Pick<VerifyOptions, "model" | "signature" | "trust">;

/**
 * Verifies the signer of a model and that its files are unchanged (OMS 8): first the signature, then the statement, files
 * and digests. All parameters come from the signed statement. Faults of the signature or model are in the verdict, not
 * thrown.
 *
 * @throws ProvenanceError of kind `usage` (a key that cannot be read…), MODEL_NOT_FOUND, CANCELLED
 */
export async function verify(options: VerifyOptions): Promise<Verdict> {
  const bundle = await readIfReadable(options);
  return "state" in bundle ? { ...bundle, checkedAt: new Date().toISOString() } : verifyParsed(bundle, options);
}

/** As {@link verify}, with a bundle that was read from `signature`. */
export async function verifyParsed(bundle: Bundle, options: VerifyOptions): Promise<Verdict> {
  const model = resolve(options.model);
  const signature = resolve(options.signature);
  let known: Partial<Verdict> = { method: bundle.material.method };
  try {
    const authentication = await verifyBundle(bundle, options.trust, signature);
    known = { ...known, ...authenticatedFacts(authentication) };
    const { causes, ...checked } = await checkFiles(model, signature, authentication, options);
    const { rejection } = authentication;
    const state = stateOfDifferences(checked.comparison) ?? (rejection ? "untrusted" : "verified");
    const reasons = [...causes, ...(rejection ? [reasonOf(rejection)] : [])];
    return { state, model, signature, ...known, ...checked, reasons, checkedAt: new Date().toISOString() };
  } catch (error) {
    return { model, signature, ...known, ...failure(error), checkedAt: new Date().toISOString() };
  }
}

/**
 * The signature and the signer only: no file of the model is read, so the state is at best `unchecked`.
 *
 * @throws as {@link verify}
 */
export async function authenticate(options: AuthenticateOptions): Promise<Verdict> {
  const bundle = await readIfReadable(options);
  return "state" in bundle ? bundle : authenticateParsed(bundle, options);
}

/** As {@link authenticate}, with a bundle that was read from `signature`. */
export async function authenticateParsed(bundle: Bundle, options: AuthenticateOptions): Promise<Verdict> {
  const model = resolve(options.model);
  const signature = resolve(options.signature);
  const { method } = bundle.material;
  try {
    const authentication = await verifyBundle(bundle, options.trust, signature);
    const reasons = authentication.rejection ? [reasonOf(authentication.rejection)] : [];
    return { state: "unchecked", model, signature, method, ...authenticatedFacts(authentication), reasons };
  } catch (error) {
    return { model, signature, method, ...failure(error) };
  }
}

/**
 * The bundle, or the verdict of a model whose signature file cannot be read.
 *
 * @throws ProvenanceError CANCELLED
 */
export async function readIfReadable(
  options: Pick<VerifyOptions, "model" | "signature" | "signal">,
): Promise<Bundle | Verdict> {
  const model = resolve(options.model);
  const signature = resolve(options.signature);
  try {
    throwIfCancelled(options.signal);
    return await readBundle(signature);
  } catch (error) {
    return { model, signature, ...failure(error) };
  }
}

/** Returns the state of a model whose files differ; undefined where none does. */
export function stateOfDifferences(comparison: Comparison): "modified" | "unverifiable" | undefined {
  if (comparison.matches) return undefined;
  return isOnlyUndownloaded(comparison) ? "unverifiable" : "modified";
}

type Facts = Pick<Verdict, "signer" | "rootDigest" | "legacy">;

function authenticatedFacts({ signer, statement }: BundleVerification): Facts {
  return { signer, rootDigest: statement.rootDigest, ...(statement.legacy && { legacy: true }) };
}

interface CheckedFiles {
  readonly comparison: Comparison;
  /** Why files differ, as far as that is known. */
  readonly causes: readonly Reason[];
}

async function checkFiles(
  model: string,
  signature: string,
  { statement }: BundleVerification,
  options: VerifyOptions,
): Promise<Pick<Verdict, "coverage" | "reading"> & CheckedFiles> {
  const started = performance.now();
  const { manifest } = statement;
  const { serialization } = manifest;
  const { mode = "full", signal, onProgress } = options;
  const { algorithm, shardSize } = serialization;
  const signed = resourcesByFile(manifest);
  const { list, matching, digests } = await withHashPool(options, async (pool) => {
    if (mode === "full") pool.expect?.(signed.size);
    const list = await enumerateModel(model, {
      ignore: verificationIgnoreRules(model, signature, manifest, options.ignorePaths ?? []),
      allowSymlinks: serialization.allowSymlinks,
      hubCacheLinks: options.hubCacheLinks !== "deny",
      signal,
    });
    const matching = matchFiles(manifest, list, signed);
    // Of the unsigned files only those are read that shards omit as empty: their listed size may be wrong.
    const files = [...matching.present.map(({ file }) => file), ...matching.empty];
    const request = { root: model, algorithm, mode, shardSize, files };
    return { list, matching, digests: await pool.digest(request, { signal, onProgress }) };
  });
  const ignoreUnsigned = options.ignoreUnsignedFiles === true;
  const unsigned = ignoreUnsigned ? matching.added.map(({ name }) => name) : [];
  const covered = {
    files: matching.present.length + matching.missing.length + new Set(matching.replaced.map(({ name }) => name)).size,
    bytes: matching.present.reduce((sum, { file }) => sum + file.size, 0),
  };
  const compared = compare(manifest, matching, digests.digests, ignoreUnsigned);
  const { comparison, reasons } = await explainChanges(compared, { manifest, matching, list }, signal);
  return {
    comparison,
    causes: reasons,
    coverage: coverageOf(list, serialization, covered, digests, started, {
      unsigned,
      empty: matching.empty.map(({ name }) => name),
    }),
    reading: digests.bytesFromCache > 0 ? "cached" : "full",
  };
}

const STATES: Readonly<Record<Exclude<ErrorKind, "usage">, VerdictState>> = {
  invalid: "invalid",
  unable: "unverifiable",
  input: "unverifiable",
  internal: "unverifiable",
};

function failure(error: unknown): Pick<Verdict, "state" | "reasons"> {
  if (!(error instanceof ProvenanceError)) throw error;
  const { kind, code } = error;
  if (kind === "usage" || code === "CANCELLED" || code === "MODEL_NOT_FOUND") throw error;
  const state = code === "SIGNATURE_NOT_FOUND" ? "unsigned" : code === "FILE_CHANGED" ? "stale" : STATES[kind];
  return { state, reasons: [reasonOf(error)] };
}

function reasonOf({ code, message, details }: ProvenanceError): Reason {
  return { code, message, details };
}
