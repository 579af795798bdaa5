import { type Diagnostic, hasErrors } from "../diagnostics.ts";
import { parseYaml } from "../yaml-text.ts";
import { importClusterImagePolicy } from "./cluster-image-policy.ts";
import type { PolicyDraft, UnsupportedField } from "./draft.ts";
import { FieldReader } from "./field-reader.ts";
import { importModelValidation } from "./model-validation.ts";

interface Imported {
  readonly drafts: readonly PolicyDraft[];
  readonly unsupported: readonly UnsupportedField[];
  /** Where there is an error, nothing is imported. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Converts Sigstore's ClusterImagePolicies and the model validation operator's ModelValidations. The result accepts no
 * signer that the original would not: an authority that would lose a condition is omitted and reported.
 *
 * @param models the patterns that the policies are to have: those formats name images, or paths in a container
 */
export function importPolicies(bytes: Uint8Array, models: readonly string[]): Imported {
  const { documents, diagnostics } = parseYaml(bytes);
  const drafts: PolicyDraft[] = [];
  const unsupported: UnsupportedField[] = [];
  if (hasErrors(diagnostics)) return { drafts, unsupported, diagnostics };
  for (const [index, { value }] of documents.entries()) {
    const fields = new FieldReader(value, documents.length > 1 ? `document ${index + 1}: ` : "", unsupported);
    const kind = fields.text("kind");
    fields.ignore("apiVersion");
    if (kind === "ClusterImagePolicy") drafts.push(importClusterImagePolicy(fields, models));
    else if (kind === "ModelValidation") drafts.push(importModelValidation(fields, models));
    else fields.note("kind", `"${kind ?? ""}" is neither ClusterImagePolicy nor ModelValidation`);
  }
  return { drafts, unsupported, diagnostics };
}
