import type { ModelFacts, TrustId } from "../../policy/model-facts.ts";
import type { Policy } from "../../policy/policy.ts";
import { type PublicSigstore, trustChoices } from "../../policy/policy-trust.ts";
import type { Reason, Verdict } from "../../verdict.ts";
import type { Signer } from "../../verification/signer.ts";
import { checkSignature, type SignatureCandidate, type SignatureCheck } from "../verify/check-signature.ts";

/**
 * A verdict without the decision of policies, and the facts that they decide by. Where the signature is authentic, it was
 * verified by what the first of the policies that has a signer trusts.
 */
export interface Finding extends SignatureCheck {
  readonly facts: Omit<ModelFacts, "files">;
}

/**
 * Verifies the signature and the signer against everything that policies trust. Reads no file of the model.
 *
 * @param model absolute path
 * @param trusted the policies
 */
export async function findFacts(
  candidate: SignatureCandidate,
  model: string,
  trusted: readonly Policy[],
  publicSigstore: PublicSigstore,
): Promise<Finding> {
  const { bundle, problem } = candidate;
  if (problem !== undefined) return withoutSigner(problem, new Map());
  const signers = new Map<TrustId, Signer>();
  const failures = new Map<TrustId, Reason>();
  let first: SignatureCheck | undefined;
  /** What to report where there is no signer; `unverifiable` takes precedence over `invalid`. */
  let failed: Verdict | undefined;
  for (const [id, trust] of trustChoices(trusted, bundle.material, publicSigstore)) {
    const found = await checkSignature(candidate, model, trust);
    const { signer, state, reasons } = found.verdict;
    if (signer !== undefined) {
      signers.set(id, signer);
      first ??= found;
      continue;
    }
    if (reasons[0] !== undefined) failures.set(id, reasons[0]);
    if (failed === undefined || (failed.state === "invalid" && state !== "invalid")) failed = found.verdict;
  }
  const { verdict, verified } = first ?? { verdict: failed ?? (await checkSignature(candidate, model, {})).verdict };
  if (verdict.signer === undefined) return withoutSigner(verdict, failures);
  const facts = { signature: "signed", method: verdict.signer.method, signers, failures } as const;
  return { verdict, facts, ...(verified && { verified }) };
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
