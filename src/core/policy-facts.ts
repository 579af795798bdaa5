import { resolve } from "node:path";
import { ProvenanceError } from "./errors.ts";
import { commonIgnorePaths } from "./policy/file-demands.ts";
import { type ModelFacts, type Problem, PUBLIC_TRUST, type TrustId } from "./policy/model-facts.ts";
import type { Policy } from "./policy/policy.ts";
import { type PublicSigstore, type TrustChoice, trustChoices } from "./policy/policy-trust.ts";
import type { LocatedSignature } from "./policy-signature.ts";
import type { Verdict } from "./verdict.ts";
import type { Signer } from "./verification/signer.ts";
import { type MaterialClaim, VERIFIER_HERE, type Verifier } from "./verifier.ts";
import type { VerifyOptions } from "./verify.ts";

export interface FactsOptions
  extends Pick<VerifyOptions, "model" | "pool" | "cache" | "mode" | "signal" | "onProgress"> {
  readonly signature: LocatedSignature;
  /** Whose keys, certificates and instances the signature is checked against. */
  readonly trusted: readonly Policy[];
  /** Who has a word on files. */
  readonly judges: readonly Policy[];
  /** Whether the files are read, or the signature only. */
  readonly readFiles: boolean;
  readonly publicSigstore: PublicSigstore;
  /** Who reads the signature; on this thread, if absent. */
  readonly verifier?: Verifier;
}

/** A verdict without the policies' word, and what they need to know for it. */
export interface Finding {
  readonly verdict: Verdict;
  readonly facts: Omit<ModelFacts, "files">;
}

/** Finds out who signed, by everything that the policies trust, and whether the files are what was signed. */
export async function findFacts(options: FactsOptions): Promise<Finding> {
  const model = resolve(options.model);
  const { path } = options.signature;
  if (path === undefined) return unsigned(model, options.signature);
  const { verifier = VERIFIER_HERE } = options;
  let claim: MaterialClaim;
  try {
    claim = await verifier.readClaim(path);
  } catch (error) {
    if (!(error instanceof ProvenanceError) || error.kind === "internal") throw error;
    return withoutSigner(await verifier.authenticate({ model, signature: path, trust: {} }), new Map());
  }
  const { signers, failures, choice, failed } = await authenticateEach(options, claim, path);
  if (choice === undefined) {
    return withoutSigner(failed ?? (await verifier.authenticate({ model, signature: path, trust: {} })), failures);
  }
  const verdict = options.readFiles
    ? await verifyFiles(options, path, choice)
    : await verifier.authenticate({ model, signature: path, trust: choice.trust });
  // The file was read again: whoever it names now is the signer, and what was found before holds for the same one only.
  const { signer } = verdict;
  if (signer === undefined) return withoutSigner(verdict, failures);
  const before = signers.get(choice.id);
  const kept = before !== undefined && isSame(before, signer) ? signers : new Map<TrustId, Signer>();
  return {
    verdict,
    facts: { signature: "signed", method: signer.method, signers: new Map([...kept, [choice.id, signer]]), failures },
  };
}

function verifyFiles(options: FactsOptions, signature: string, { trust }: TrustChoice): Promise<Verdict> {
  const { model, pool, cache, mode, signal, onProgress, verifier = VERIFIER_HERE } = options;
  return verifier.verify({
    model,
    signature,
    trust,
    ignorePaths: commonIgnorePaths(options.judges),
    ...(pool && { pool }),
    ...(cache !== undefined && { cache }),
    ...(mode && { mode }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
}

interface Authentications {
  readonly signers: ReadonlyMap<TrustId, Signer>;
  readonly failures: ReadonlyMap<TrustId, Problem>;
  /** The first with a signer. */
  readonly choice?: TrustChoice;
  /** What to tell where there is none: rather that it cannot be decided than that it is not valid. */
  readonly failed?: Verdict;
}

async function authenticateEach(
  options: FactsOptions,
  claim: MaterialClaim,
  signature: string,
): Promise<Authentications> {
  const signers = new Map<TrustId, Signer>();
  const failures = new Map<TrustId, Problem>();
  let choice: TrustChoice | undefined;
  let failed: Verdict | undefined;
  const { verifier = VERIFIER_HERE } = options;
  const root = await publicRoot(options, claim);
  if (root instanceof ProvenanceError) failures.set(PUBLIC_TRUST, root);
  const choices = trustChoices(options.trusted, claim, root instanceof ProvenanceError ? undefined : root);
  for (const candidate of choices) {
    if (signers.has(candidate.id)) continue;
    const verdict = await verifier.authenticate({ model: options.model, signature, trust: candidate.trust });
    if (verdict.signer !== undefined) {
      signers.set(candidate.id, verdict.signer);
      failures.delete(candidate.id);
      choice ??= candidate;
      continue;
    }
    const [reason] = verdict.reasons;
    if (reason !== undefined) failures.set(candidate.id, reason);
    if (failed === undefined || (failed.state === "invalid" && verdict.state !== "invalid")) failed = verdict;
  }
  return { signers, failures, ...(choice && { choice }), ...(failed && { failed }) };
}

/** Asked for only by a signature that needs it. */
async function publicRoot({ publicSigstore }: FactsOptions, { method }: MaterialClaim) {
  if (method !== "sigstore") return undefined;
  try {
    return await publicSigstore();
  } catch (error) {
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return error;
    throw error;
  }
}

function withoutSigner(verdict: Verdict, failures: ReadonlyMap<TrustId, Problem>): Finding {
  const { state, method, reasons } = verdict;
  const [problem] = reasons;
  const signature = state === "unsigned" ? "none" : state === "invalid" ? "invalid" : "signed";
  const known = { signature, signers: new Map(), failures } as const;
  return { verdict, facts: { ...known, ...(method && { method }), ...(problem && { problem }) } };
}

function unsigned(model: string, located: LocatedSignature): Finding {
  const problem = located.path === undefined ? located.problem : undefined;
  const message = `There is no signature in ${model} or beside it.`;
  const reason = problem ?? { code: "SIGNATURE_NOT_FOUND", message, details: { model } };
  const facts = { signature: "none", signers: new Map(), failures: new Map(), ...(problem && { problem }) } as const;
  return { verdict: { state: "unsigned", model, reasons: [reason] }, facts };
}

function isSame(a: Signer, b: Signer): boolean {
  if (a.method === "key") return b.method === "key" && a.fingerprint === b.fingerprint;
  if (a.method === "certificate") return b.method === "certificate" && a.fingerprints[0] === b.fingerprints[0];
  return b.method === "sigstore" && a.certificate.fingerprint === b.certificate.fingerprint;
}
