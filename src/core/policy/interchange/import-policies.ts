import { type Diagnostic, hasErrors } from "../diagnostics.ts";
import { parseYaml } from "../yaml-text.ts";
import { importClusterImagePolicy } from "./cluster-image-policy.ts";
import type { NotCarried, PolicyDraft } from "./draft.ts";
import { Fields } from "./fields.ts";
import { importModelValidation } from "./model-validation.ts";

export interface Imported {
  readonly drafts: readonly PolicyDraft[];
  readonly notCarried: readonly NotCarried[];
  /** What is wrong with the text; nothing is imported then. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Makes policies of Sigstore's ClusterImagePolicies and the model validation operator's ModelValidations. What is made
 * accepts no signer that the original would not: an authority that loses a condition is left out, and told.
 *
 * @param models the patterns that the policies are to have: those formats name images, or paths in a container
 */
export function importPolicies(bytes: Uint8Array, models: readonly string[]): Imported {
  const { documents, diagnostics } = parseYaml(bytes);
  const drafts: PolicyDraft[] = [];
  const notCarried: NotCarried[] = [];
  if (hasErrors(diagnostics)) return { drafts, notCarried, diagnostics };
  for (const [index, { value }] of documents.entries()) {
    const fields = new Fields(value, documents.length > 1 ? `document ${index + 1}: ` : "", notCarried);
    const kind = fields.text("kind");
    fields.ignore("apiVersion");
    if (kind === "ClusterImagePolicy") drafts.push(importClusterImagePolicy(fields, models));
    else if (kind === "ModelValidation") drafts.push(importModelValidation(fields, models));
    else fields.note("kind", `"${kind ?? ""}" is neither ClusterImagePolicy nor ModelValidation`);
  }
  return { drafts, notCarried, diagnostics };
}
