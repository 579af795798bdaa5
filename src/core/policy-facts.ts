import { resolve } from "node:path";
import type { Bundle } from "./bundle/bundle.ts";
import { authenticateParsed, type CheckOptions, verifyParsed } from "./check-signature.ts";
import { ProvenanceError } from "./errors.ts";
import { commonIgnorePaths } from "./policy/file-rules.ts";
import { type ModelFacts, PUBLIC_TRUST, type TrustId } from "./policy/model-facts.ts";
import type { Policy } from "./policy/policy.ts";
import { type PublicSigstore, type TrustChoice, trustChoices } from "./policy/policy-trust.ts";
import type { SignatureCandidate } from "./signature-candidates.ts";
import type { Reason, Verdict } from "./verdict.ts";
import type { Signer, SigningMethod } from "./verification/signer.ts";

export interface FactsOptions
  extends Pick<
    CheckOptions,
    "model" | "pool" | "cache" | "mode" | "signal" | "onProgress" | "hubCacheLinks" | "otherSignatures"
  > {
  /** Whose keys, certificates and instances the signature is checked against. */
  readonly trusted: readonly Policy[];
  /** Policies that decide which files may differ. */
  readonly governing: readonly Policy[];
  /** Whether the files are read, or the signature only. */
  readonly readFiles: boolean;
  readonly publicSigstore: PublicSigstore;
}

/** A verdict without the decision of policies, and the facts that they decide by. */
export interface Finding {
  readonly verdict: Verdict;
  readonly facts: Omit<ModelFacts, "files">;
}

/** Verifies the signer against everything that the policies trust, and optionally the files. */
export async function findFacts(
  { signature: path, bundle, problem }: SignatureCandidate,
  options: FactsOptions,
): Promise<Finding> {
  const model = resolve(options.model);
  if (problem !== undefined) return withoutSigner(problem, new Map());
  if (bundle === undefined) throw new Error(`${path} was not read`);
  const { signers, failures, choice, failed, verdict: authenticated } = await authenticateEach(options, bundle, path);
  if (choice === undefined || authenticated === undefined) {
    return withoutSigner(failed ?? (await authenticateParsed(bundle, { model, signature: path, trust: {} })), failures);
  }
  const verdict = options.readFiles ? await verifyFiles(options, bundle, path, choice) : authenticated;
  const { signer } = verdict;
  if (signer === undefined) return withoutSigner(verdict, failures);
  return { verdict, facts: { signature: "signed", method: signer.method, signers, failures } };
}

function verifyFiles(
  options: FactsOptions,
  bundle: Bundle,
  signature: string,
  { trust }: TrustChoice,
): Promise<Verdict> {
  const { model, pool, cache, mode, signal, onProgress, hubCacheLinks = "allow", otherSignatures = "allow" } = options;
  const ignorePaths = commonIgnorePaths(options.governing);
  const reading = { pool, cache, mode, signal, onProgress };
  return verifyParsed(bundle, { model, signature, trust, ignorePaths, hubCacheLinks, otherSignatures, ...reading });
}

interface Authentications {
  readonly signers: ReadonlyMap<TrustId, Signer>;
  readonly failures: ReadonlyMap<TrustId, Reason>;
  /** The first with a signer, and the verdict by it. */
  readonly choice?: TrustChoice;
  readonly verdict?: Verdict;
  /** What to report where there is none; `unverifiable` takes precedence over `invalid`. */
  readonly failed?: Verdict;
}

async function authenticateEach(options: FactsOptions, bundle: Bundle, signature: string): Promise<Authentications> {
  const signers = new Map<TrustId, Signer>();
  const failures = new Map<TrustId, Reason>();
  let choice: TrustChoice | undefined;
  let authenticated: Verdict | undefined;
  let failed: Verdict | undefined;
  const { material } = bundle;
  const root = await publicRoot(options, material.method);
  if (root instanceof ProvenanceError) failures.set(PUBLIC_TRUST, root);
  const choices = trustChoices(options.trusted, material, root instanceof ProvenanceError ? undefined : root);
  for (const candidate of choices) {
    if (signers.has(candidate.id)) continue;
    const verdict = await authenticateParsed(bundle, { model: options.model, signature, trust: candidate.trust });
    if (verdict.signer !== undefined) {
      signers.set(candidate.id, verdict.signer);
      failures.delete(candidate.id);
      choice ??= candidate;
      authenticated ??= verdict;
      continue;
    }
    const [reason] = verdict.reasons;
    if (reason !== undefined) failures.set(candidate.id, reason);
    if (failed === undefined || (failed.state === "invalid" && verdict.state !== "invalid")) failed = verdict;
  }
  const first = choice && authenticated && { choice, verdict: authenticated };
  return { signers, failures, ...first, ...(failed && { failed }) };
}

/** Called for Sigstore signatures only. */
async function publicRoot({ publicSigstore }: FactsOptions, method: SigningMethod) {
  if (method !== "sigstore") return undefined;
  try {
    return await publicSigstore();
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return error;
    throw error;
  }
}

function withoutSigner(verdict: Verdict, failures: ReadonlyMap<TrustId, Reason>): Finding {
  const { state, method, reasons } = verdict;
  const [problem] = reasons;
  const signature = state === "unsigned" ? "none" : state === "invalid" ? "invalid" : "signed";
  const known = { signature, signers: new Map(), failures } as const;
  return { verdict, facts: { ...known, ...(method && { method }), ...(problem && { problem }) } };
}

/** The finding about a model without a signature. */
export function unsigned(model: string, problem: Reason | undefined): Finding {
  const message = `There is no signature in ${model} or next to it.`;
  const reason = problem ?? { code: "SIGNATURE_NOT_FOUND", message, details: { model } };
  const facts = { signature: "none", signers: new Map(), failures: new Map(), ...(problem && { problem }) } as const;
  return { verdict: { state: "unsigned", model, reasons: [reason] }, facts };
}
