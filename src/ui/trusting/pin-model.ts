import { basename } from "node:path";
import { l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { PinPlan } from "../../core/operations/policy/pin-model.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { originSentences } from "../../core/presentation/origin-text.ts";
import { notify } from "../../platform/commands.ts";
import { withProgress } from "../../platform/progress.ts";
import { targetModel } from "../commands/targets.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { newPolicyPath, openAt, policiesOf, shownPath } from "./destinations.ts";
import { assertOutsideSignedModels, confirmWriting, openSaved, requireTrustedWorkspace } from "./write-policy.ts";

/**
 * Pin These Bytes…: accepts the bytes of an unsigned model in a policy of the workspace, after showing what is written.
 *
 * @throws CancellationError
 */
export async function pinModel(args: readonly unknown[], services: Services): Promise<void> {
  requireTrustedWorkspace();
  const model = await targetModel(args, "pin", services);
  if (model.folder === undefined) {
    const message = l10n.t("{0} is in no folder of this workspace, so no policy covers it.", modelName(model));
    throw new ProvenanceError("USAGE", message);
  }
  const { folder, path, covering } = await policiesOf(model, services);
  const policyFile = covering.find(({ source }) => source === "workspace")?.file.path ?? newPolicyPath(folder);
  await assertOutsideSignedModels(policyFile);
  const plan = await withProgress(l10n.t("Reading {0}", modelName(model)), ({ bytes }, signal) =>
    services.engine.run("planPin", { model: model.path, policyFile, path }, { signal, onProgress: bytes }),
  );
  if (plan.added !== "") await confirm(plan, modelName(model));
  if (plan.policy.before !== undefined) await openSaved(policyFile);
  const { writePin } = await import("../../core/operations/policy/pin-model.ts");
  await writePin(plan);
  services.policies.forget();
  await services.search();
  const text = l10n.t("{0} is pinned in {1}.", modelName(model), basename(policyFile));
  notify(services.log, "information", text, { label: l10n.t("Open Policy"), run: () => openAt(policyFile, 1) });
}

async function confirm(plan: PinPlan, name: string): Promise<void> {
  const { policy, added, origin, files, bytes } = plan;
  await confirmWriting({
    title: l10n.t("Pin the bytes of {0}?", name),
    before: [
      l10n.t("{0} files, {1}. The model is then shown as pinned, and never as verified.", files, bytesText(bytes)),
      ...originSentences(origin, l10n.t).map(({ text }) => text),
      l10n.t("Added to {0}:", shownPath(policy.path)),
    ],
    text: added,
    after: [l10n.t("The digest of each file is written to {0}.", basename(plan.lock.path))],
    button: l10n.t("Pin"),
    change: policy,
  });
}
