import { relative, sep } from "node:path";
import { ProvenanceError } from "../../errors.ts";
import type { Decision, PolicyDecision } from "../../policy/decision.ts";
import { covers } from "../../policy/evaluate.ts";
import type { Policy } from "../../policy/policy.ts";
import type { PublicSigstore } from "../../policy/policy-trust.ts";
import { authenticateWithPolicy, type PolicyVerifyOptions } from "../verify/verify-with-policy.ts";

export interface PreviewOptions {
  /** Absolute path of the workspace folder that patterns are relative to. */
  readonly folder: string;
  /** Absolute paths. */
  readonly models: readonly string[];
  readonly publicSigstore: PublicSigstore;
}

/** A model, and one policy's decision about its signature and signer, without its files. */
export interface PreviewedModel {
  /** Absolute. */
  readonly model: string;
  readonly decision: PolicyDecision;
}

/** Evaluates one policy against the signer of each model that it covers. Reads signatures only. */
export async function previewPolicy(policy: Policy, options: PreviewOptions): Promise<PreviewedModel[]> {
  const { folder, models, publicSigstore } = options;
  const previewed: PreviewedModel[] = [];
  for (const model of models) {
    const path = relative(folder, model).split(sep).join("/") || ".";
    if (!covers(policy, path)) continue;
    const decision = await decide(policy, { model, folder, path, publicSigstore });
    const [policyDecision] = decision?.policies ?? [];
    if (policyDecision !== undefined) previewed.push({ model, decision: policyDecision });
  }
  return previewed;
}

type Subject = Pick<PolicyVerifyOptions, "model" | "folder" | "path" | "publicSigstore">;

/** Undefined for a model that has gone. */
async function decide(policy: Policy, subject: Subject): Promise<Decision | undefined> {
  const policies = { user: [policy], workspace: [], invalid: [] };
  try {
    const verdict = await authenticateWithPolicy({ ...subject, policies, workspaceTrusted: true });
    return verdict.decision;
  } catch (error) {
    if (error instanceof ProvenanceError && error.code === "MODEL_NOT_FOUND") return undefined;
    throw error;
  }
}
