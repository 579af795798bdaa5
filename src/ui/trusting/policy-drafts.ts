import { l10n } from "vscode";
import { coveredModels, type SignedModels } from "../../core/operations/policy/policy-drafts.ts";
import type { PolicyDraft } from "../../core/policy/editing/policy-draft.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";

/** Names in one sentence. */
const NAMED = 12;

/**
 * What the policies do beyond the models that the accepted signers have signed.
 *
 * @param unknown models of the folder whose signers are unknown
 * @param models all models of the folder
 */
export function consequences(
  drafts: readonly PolicyDraft[],
  accepted: readonly SignedModels[],
  unknown: readonly KnownModel[],
  models: readonly KnownModel[],
): readonly string[] {
  const pathOf = (model: KnownModel): string => locateModel(model).path;
  const names = new Set(coveredModels(drafts, models.map(pathOf)));
  const signed = new Set(accepted.flatMap((found) => found.models));
  const covered = models.filter((model) => names.has(pathOf(model)));
  const rejected = covered.filter((model) => !signed.has(pathOf(model)));
  const left = unknown.filter((model) => !names.has(pathOf(model)));
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
