import { relative, sep } from "node:path";
import { ProvenanceError } from "../../errors.ts";
import type { PolicyDecision } from "../../policy/decision.ts";
import { covers } from "../../policy/evaluate.ts";
import type { Policy } from "../../policy/policy.ts";
import type { PublicSigstore } from "../../policy/policy-trust.ts";
import { authenticateWithPolicy } from "../verify/verify-with-policy.ts";

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
  const policies = { user: [policy], workspace: [], invalid: [] };
  const previewed: PreviewedModel[] = [];
  for (const model of models) {
    const path = relative(folder, model).split(sep).join("/") || ".";
    if (!covers(policy, path)) continue;
    const subject = { model, folder, path, publicSigstore };
    try {
      const { decision } = await authenticateWithPolicy({ ...subject, policies, workspaceTrusted: true });
      for (const ofPolicy of decision?.policies ?? []) previewed.push({ model, decision: ofPolicy });
    } catch (error) {
      // The model has gone.
      if (!(error instanceof ProvenanceError) || error.code !== "MODEL_NOT_FOUND") throw error;
    }
  }
  return previewed;
}
