import { l10n } from "vscode";
import type { PlannedEdit } from "../../core/policy/editing/plan-edit.ts";
import type { PolicyLocation } from "../../engine/policy-source.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { Services } from "../services.ts";
import type { PolicyDestination } from "./destinations.ts";

/** Names in one sentence. */
const NAMED = 8;

/** Which of some models in a folder have a signer whom the policy accepts. Absolute paths; only signatures are read. */
export async function acceptedModels(
  policy: PolicyLocation,
  folder: string,
  models: readonly string[],
  { engine, sigstore }: Services,
): Promise<readonly string[]> {
  const publicSigstore = () => sigstore.publicInstance();
  const previewed = await engine.previewPolicy(policy, { folder, models, publicSigstore });
  return previewed.filter(({ decision }) => decision.by === "signer").map(({ model }) => model);
}

/** The models of this window, other than one, whose signer a policy accepts only after a change. Absolute paths. */
export async function newlyAcceptedModels(
  { source, file }: PolicyDestination,
  { policyBefore, before, policyAfter, after }: PlannedEdit,
  except: string,
  services: Services,
): Promise<readonly string[]> {
  const candidates = services.registry.models.filter(
    ({ path, folder, verdict }) =>
      verdict.signature !== undefined && path !== except && (source === "user" || folder === file.folder),
  );
  const accepted: string[] = [];
  for (const [folder, models] of Map.groupBy(candidates, (model) => model.folder)) {
    if (folder === undefined) continue;
    const paths = models.map(({ path }) => path);
    const old = await acceptedModels({ ...policyBefore.location, text: before }, folder, paths, services);
    const now = await acceptedModels({ ...policyAfter.location, text: after }, folder, paths, services);
    accepted.push(...now.filter((path) => !old.includes(path)));
  }
  return accepted;
}

export function newlyAcceptedSentence(models: readonly string[]): string {
  if (models.length === 0) return l10n.t("No other model of this workspace becomes accepted.");
  const list = nameList(
    models.map((path) => modelName({ path })),
    NAMED,
  );
  return models.length === 1
    ? l10n.t("One other model of this workspace becomes accepted: {0}.", list)
    : l10n.t("{0} other models of this workspace become accepted: {1}.", models.length, list);
}
