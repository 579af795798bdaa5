import { l10n } from "vscode";
import { coveredModels, policiesForSigners, type SignedModels } from "../../core/operations/policy/policy-drafts.ts";
import type { PolicyDraft } from "../../core/policy/editing/policy-draft.ts";
import type { AuthorityDocument } from "../../core/policy/policy-document.ts";
import { plainText } from "../../platform/plain-text.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { SignerEvidence } from "./identify-signer.ts";

/** Names in one sentence. */
const NAMED = 12;

export interface FoundSigner {
  readonly evidence: SignerEvidence;
  readonly models: readonly KnownModel[];
}

/** A signer whom the user accepts. */
export interface AcceptedSigner extends FoundSigner {
  readonly authority: AuthorityDocument;
}

/** See {@link policiesForSigners}. */
export function draftsFor(
  accepted: readonly AcceptedSigner[],
  all: readonly FoundSigner[],
  folder: string,
): readonly PolicyDraft[] {
  const signedBy = ({ evidence, models }: FoundSigner): SignedModels => ({
    signer: evidence.signer,
    models: models.map((model) => pathIn(folder, model)),
  });
  const others = all.filter(({ evidence }) => !accepted.some((one) => one.evidence === evidence));
  const drafted = accepted.map((one) => ({ ...signedBy(one), authority: one.authority }));
  return policiesForSigners(drafted, others.map(signedBy), l10n.t, plainText);
}

function pathIn(folder: string, { path }: KnownModel): string {
  return locateModel({ path, folder }).path;
}

/**
 * What the policies do beyond the models that the accepted signers have signed.
 *
 * @param unknown models of the folder whose signers are unknown
 * @param models all models of the folder
 */
export function consequences(
  drafts: readonly PolicyDraft[],
  accepted: readonly FoundSigner[],
  unknown: readonly KnownModel[],
  models: readonly KnownModel[],
  folder: string,
): readonly string[] {
  const paths = models.map((model) => pathIn(folder, model));
  const names = new Set(coveredModels(drafts, paths));
  const isCovered = (model: KnownModel): boolean => names.has(pathIn(folder, model));
  const signed = new Set(accepted.flatMap((found) => found.models.map(({ path }) => path)));
  const covered = models.filter(isCovered);
  const rejected = covered.filter(({ path }) => !signed.has(path));
  const left = unknown.filter((model) => !isCovered(model));
  return [
    ...(rejected.length === 0
      ? []
      : [
          l10n.t(
            "Also covers models that none of these signers has signed, so it rejects them: {0}.",
            namesOf(rejected),
          ),
        ]),
    ...(left.length === 0 ? [] : [l10n.t("Not included, as their signer is unknown: {0}.", namesOf(left))]),
    covered.length === 1
      ? l10n.t("This policy will override your settings for this model.")
      : l10n.t("This policy will override your settings for {0} models.", covered.length),
  ];
}

export function namesOf(models: readonly KnownModel[]): string {
  return nameList(models.map(modelName), NAMED);
}
