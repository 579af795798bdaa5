/** The source of all problems of this extension. */
export const SOURCE = "Model Provenance";

/**
 * - `modified`: files changed since the model was signed
 * - `invalid`: the signature is not authentic
 * - `refused`: a policy rejects the model, usually its signer
 * - `unsigned`: a policy demands a signature
 */
export type ModelProblemCode = "modified" | "invalid" | "refused" | "unsigned";
