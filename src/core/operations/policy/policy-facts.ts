import { commonIgnorePaths } from "../../policy/file-rules.ts";
import type { ModelFacts, TrustId } from "../../policy/model-facts.ts";
import type { Policy } from "../../policy/policy.ts";
import { type PublicSigstore, trustChoices } from "../../policy/policy-trust.ts";
import type { Trust } from "../../trust.ts";
import type { Reason, Verdict } from "../../verdict.ts";
import type { Signer } from "../../verification/signer.ts";
import { type CheckOptions, checkSignature, compareFiles, type SignatureCheck } from "../verify/check-signature.ts";
import type { SignatureCandidate } from "../verify/signature-candidates.ts";

export interface FactsOptions
  extends Pick<
    CheckOptions,
    "model" | "pool" | "cache" | "mode" | "signal" | "onProgress" | "hubCacheLinks" | "otherSignatures"
  > {
  /** Whose keys, certificates and instances the signature is checked against. */
  readonly trusted: readonly Policy[];
  /** Policies that decide which files may differ. */
  readonly governing: readonly Policy[];
  readonly publicSigstore: PublicSigstore;
}

/** A verdict without the decision of policies, and the facts that they decide by. */
export interface Finding {
  readonly verdict: Verdict;
  readonly facts: Omit<ModelFacts, "files">;
  /** Where the signature is authentic: by what the first of the policies that has a signer trusts. */
  readonly authentication?: SignatureCheck;
}

/** Verifies the signature and the signer against everything that the policies trust. Reads no file of the model. */
export async function findFacts(candidate: SignatureCandidate, options: FactsOptions): Promise<Finding> {
  const { signature, bundle, problem } = candidate;
  if (problem !== undefined) return withoutSigner(problem, new Map());
  if (bundle === undefined) throw new Error(`${signature} was not read`);
  const { model } = options;
  const { material } = bundle;
  const signers = new Map<TrustId, Signer>();
  const failures = new Map<TrustId, Reason>();
  const authenticate = (trust: Trust) => checkSignature(bundle, { model, signature, trust });
  let first: SignatureCheck | undefined;
  /** What to report where there is no signer; `unverifiable` takes precedence over `invalid`. */
  let failed: Verdict | undefined;
  for (const { id, trust } of trustChoices(options.trusted, material, options.publicSigstore)) {
    if (signers.has(id)) continue;
    const found = await authenticate(trust);
    const { signer, state, reasons } = found.verdict;
    if (signer !== undefined) {
      signers.set(id, signer);
      failures.delete(id);
      first ??= found;
      continue;
    }
    if (reasons[0] !== undefined) failures.set(id, reasons[0]);
    if (failed === undefined || (failed.state === "invalid" && state !== "invalid")) failed = found.verdict;
  }
  const { verdict } = first ?? { verdict: failed ?? (await authenticate({})).verdict };
  if (first === undefined || verdict.signer === undefined) return withoutSigner(verdict, failures);
  const facts = { signature: "signed", method: verdict.signer.method, signers, failures } as const;
  return { verdict, facts, authentication: first };
}

/** The finding with the files of the model compared, where the signature is authentic. */
export async function withFiles<T extends Finding>(finding: T, options: FactsOptions): Promise<T> {
  const { authentication } = finding;
  if (authentication === undefined) return finding;
  const { pool, cache, mode, signal, onProgress, hubCacheLinks = "allow", otherSignatures = "allow" } = options;
  const ignorePaths = commonIgnorePaths(options.governing);
  const reading = { pool, cache, mode, signal, onProgress };
  const verdict = await compareFiles(authentication, { ignorePaths, hubCacheLinks, otherSignatures, ...reading });
  return { ...finding, verdict };
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
