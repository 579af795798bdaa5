import { literalPattern, modelPatterns } from "../../policy/editing/model-patterns.ts";
import type { PolicyDraft } from "../../policy/editing/policy-draft.ts";
import { freeName } from "../../policy/editing/signer-authority.ts";
import { Glob } from "../../policy/glob.ts";
import type { AuthorityDocument } from "../../policy/policy-document.ts";
import { futureModelsText } from "../../presentation/decision-text.ts";
import type { Translate } from "../../presentation/localizer.ts";
import { signerName, signerText } from "../../presentation/signer-text.ts";
import type { Signer } from "../../verification/signer.ts";

/** A signer whose signatures are authentic, and the models that they signed. */
export interface SignedModels {
  readonly signer: Signer;
  /** Relative to the policy's folder, `/` separated. */
  readonly models: readonly string[];
}

/** A signer whom the user accepts. */
export interface AcceptedModels extends SignedModels {
  readonly authority: AuthorityDocument;
}

/**
 * A policy for each accepted signer, named after the signer, with one pattern for each folder of their models.
 *
 * @param others the signers whom the user does not accept
 * @param quote escapes text of others
 * @throws ProvenanceError USAGE where the path of a model contains an asterisk
 */
export function policiesForSigners(
  accepted: readonly AcceptedModels[],
  others: readonly SignedModels[],
  t: Translate,
  quote: (text: string) => string,
): readonly PolicyDraft[] {
  const taken: string[] = [];
  return accepted.map((one) => {
    const name = freeName(quote(policyName(one.signer, t)), taken);
    taken.push(name);
    const ofOthers = [...accepted.filter((other) => other !== one), ...others].flatMap(({ models }) => models);
    const patterns = modelPatterns(one.models, ofOthers);
    return {
      name,
      models: patterns.map((pattern) => (isFolderPattern(pattern) ? pattern : literalPattern(pattern))),
      authorities: [one.authority],
      comments: [quote(signerText(one.signer, t)), futureModelsText(patterns.some(isFolderPattern), t)],
    };
  });
}

/** Those of the models that one of the policies covers. */
export function coveredModels(drafts: readonly PolicyDraft[], models: readonly string[]): readonly string[] {
  const globs = drafts.flatMap((draft) => draft.models.map((pattern) => new Glob(pattern)));
  return models.filter((path) => globs.some((glob) => glob.matches(path)));
}

function policyName(signer: Signer, t: Translate): string {
  return (signer.method === "key" ? signer.label : undefined) ?? signerName(signer, t);
}

function isFolderPattern(pattern: string): boolean {
  return pattern.endsWith("/*");
}
