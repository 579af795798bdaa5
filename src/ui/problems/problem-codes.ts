/** What a problem is called in the list, beside the editor's own; quick fixes go by it. */
export const SOURCE = "Model Provenance";

/**
 * - `modified`: files changed since the model was signed
 * - `invalid`: the signature is not authentic
 * - `refused`: a policy does not accept the model as it is, its signer above all
 * - `unsigned`: a policy demands a signature
 */
export const MODEL_PROBLEMS = ["modified", "invalid", "refused", "unsigned"] as const;

export type ModelProblemCode = (typeof MODEL_PROBLEMS)[number];
