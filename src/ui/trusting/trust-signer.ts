import { l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { PlannedEdit } from "../../core/policy/editing/plan-edit.ts";
import type { AuthorityChoice } from "../../core/policy/editing/signer-authority.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import { unknownSigner } from "../../core/presentation/unknown-signer.ts";
import type { TextChange } from "../../core/replace-file.ts";
import type { PolicyLocation } from "../../engine/policy-source.ts";
import { notify } from "../../platform/commands.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { targetModel } from "../commands/targets.ts";
import { askForSource } from "../commands/trust-key.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { Services } from "../services.ts";
import { accept } from "./accept-source.ts";
import { chooseAuthority } from "./authority-choice.ts";
import {
  chooseDestination,
  type Destination,
  type ModelPolicies,
  newPolicyPath,
  openAt,
  type PolicyDestination,
  policiesOf,
  shownPath,
} from "./destinations.ts";
import { identifySigner, type SignerEvidence } from "./identify-signer.ts";
import { signerDetails } from "./signer-details.ts";
import { canTrustInSettings, trustInSettings } from "./trust-in-settings.ts";
import { assertOutsideSignedModels, planChange, requireTrustedWorkspace, writeAsShown } from "./write-policy.ts";

/**
 * Trust Signer…: makes a policy, or the user's settings, accept the signer of a model. Verifies the signature first,
 * shows what is written and which other models become accepted, and verifies the model again.
 *
 * @throws CancellationError
 */
export async function trustSigner(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "trust", services);
  if (isRootMissing(model)) return trustRoot(model, services);
  requireTrustedWorkspace();
  const policies = await policiesOf(model, services);
  const evidence = await identifySigner(model, policies.all, services, () => trustSigner([model.path], services));
  const destinations = await destinationsFor(model, evidence, policies, services);
  const title = l10n.t("Trust {0}", signerText(evidence.signer, l10n.t));
  const destination = await chooseDestination(title, destinations, l10n.t("Select where to save this trust"));
  if (destination.kind === "settings") await trustInSettings(model, evidence, services);
  else await trustInPolicy(destination, model, evidence, policies, services);
  await services.checker.check(model.path, "files", { asked: true });
}

/** Whether trusting a root certificate in the settings would let the model, and others, be verified. */
function isRootMissing({ verdict }: KnownModel): boolean {
  return verdict.decision === undefined && unknownSigner(verdict)?.kind === "certificate";
}

async function trustRoot(model: KnownModel, services: Services): Promise<void> {
  const { file, source } = await askForSource(model, "certificate", services, () => trustRoot(model, services));
  await accept(source, file, services);
  await services.checker.check(model.path, "files", { asked: true });
}

async function destinationsFor(
  model: KnownModel,
  evidence: SignerEvidence,
  { covering, folder }: ModelPolicies,
  services: Services,
): Promise<readonly Destination[]> {
  if (covering.length === 0) {
    const settings: Destination[] = canTrustInSettings(evidence) ? [{ kind: "settings" }] : [];
    if (model.folder === undefined) return settings;
    const path = newPolicyPath(folder);
    const { enclosingSignedModel } = await import("../../core/policy/editing/signed-model.ts");
    if ((await enclosingSignedModel(path)) === undefined) return [...settings, { kind: "new-file", path, folder }];
    if (settings.length === 0) await assertOutsideSignedModels(path);
    return settings;
  }
  const rejecting: PolicyDestination[] = [];
  for (const destination of covering) {
    const accepted = await acceptedModels(destination.policy.location, folder, [model.path], services);
    if (accepted.length === 0) rejecting.push(destination);
  }
  if (rejecting.length > 0) return rejecting;
  const signer = plainText(signerText(evidence.signer, l10n.t));
  throw new ProvenanceError("USAGE", l10n.t("All policies for {0} already accept {1}.", modelName(model), signer));
}

/** A change of a policy file, or a new one, that was not written yet. */
interface PlannedPolicy {
  readonly policy: Policy;
  readonly introduction: string;
  /** What the dialog shows. */
  readonly text: string;
  readonly change: TextChange;
  readonly consequence: string;
}

type PolicyTarget = Exclude<Destination, { readonly kind: "settings" }>;

async function trustInPolicy(
  destination: PolicyTarget,
  model: KnownModel,
  evidence: SignerEvidence,
  policies: ModelPolicies,
  services: Services,
): Promise<void> {
  const { folder, authorities } =
    destination.kind === "policy"
      ? { folder: destination.file.folder, authorities: destination.policy.authorities }
      : { folder: destination.folder, authorities: [] };
  const taken = authorities.map(({ name }) => name);
  const choice = await chooseAuthority(evidence, folder, taken);
  const planned =
    destination.kind === "policy"
      ? await planAddition(destination, choice, model, services)
      : await planNewFile(destination.path, choice, model, policies);
  await requireAccepted(planned, model, policies.folder, services);
  const signer = plainText(signerText(evidence.signer, l10n.t));
  const details = await signerDetails(evidence.signer);
  const question = {
    title: l10n.t("Trust {0}, who signed {1}?", signer, modelName(model)),
    before: [...details.map(plainText), planned.introduction],
    text: planned.text,
    after: [...widerSentence(choice), planned.consequence],
    button: l10n.t("Trust Signer"),
    change: planned.change,
  };
  await writeAsShown(question, services);
  const added = planned.policy.authorities.find(({ name }) => name === choice.authority.name);
  const line = added?.location.line ?? planned.policy.location.line;
  const { path } = planned.change;
  const text = l10n.t("{0} is accepted by {1}.", signer, plainText(shownPath(path)));
  notify(services.log, "information", text, { label: l10n.t("Open Policy"), run: () => openAt(path, line) });
}

async function planAddition(
  destination: PolicyDestination,
  { authority }: AuthorityChoice,
  model: KnownModel,
  services: Services,
): Promise<PlannedPolicy> {
  const { file, policy } = destination;
  const planned = await planChange(destination, { kind: "authority", authority });
  const others = await newlyAcceptedModels(destination, planned, model.path, services);
  return {
    policy: planned.policyAfter,
    introduction: l10n.t("Added to the policy {0} in {1}:", plainText(policy.name), plainText(shownPath(file.path))),
    text: planned.insertion.text,
    change: { path: file.path, before: planned.before, after: planned.after },
    consequence: newlyAcceptedSentence(others),
  };
}

async function planNewFile(
  path: string,
  { authority }: AuthorityChoice,
  model: KnownModel,
  policies: ModelPolicies,
): Promise<PlannedPolicy> {
  const { planFile } = await import("../../core/policy/editing/plan-edit.ts");
  const { literalPattern } = await import("../../core/policy/editing/model-patterns.ts");
  const draft = { name: modelName(model), models: [literalPattern(policies.path)], authorities: [authority] };
  const { text, policies: read } = await planFile([draft], path);
  const [policy] = read;
  if (policy === undefined) throw new ProvenanceError("INTERNAL", "The new policy has no policy.");
  return {
    policy,
    introduction: l10n.t("New policy file for this model, {0}:", plainText(shownPath(path))),
    text,
    change: { path, after: text },
    consequence: l10n.t("This policy will override your settings for this model."),
  };
}

/** Checked before the user is asked: no authority can name some kinds of identity. */
async function requireAccepted(
  { policy, change }: PlannedPolicy,
  model: KnownModel,
  folder: string,
  { engine, sigstore }: Services,
): Promise<void> {
  const publicSigstore = () => sigstore.publicInstance();
  const location = { ...policy.location, text: change.after };
  const [previewed] = await engine.previewPolicy(location, { folder, models: [model.path], publicSigstore });
  if (previewed?.decision.by === "signer") return;
  const why = previewed?.decision.reasons[0]?.message ?? "";
  throw new ProvenanceError("POLICY_SIGNER", l10n.t("Even with this change, the policy rejects the signer. {0}", why));
}

function widerSentence({ scope }: AuthorityChoice): string[] {
  if (scope !== "workflow-at-any-tag") return [];
  return [l10n.t("Anyone who can push a tag to that repository, now or later, can sign models that are accepted.")];
}

/** Which of some models in a folder have a signer whom the policy accepts. Absolute paths; only signatures are read. */
async function acceptedModels(
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
async function newlyAcceptedModels(
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

function newlyAcceptedSentence(models: readonly string[]): string {
  if (models.length === 0) return l10n.t("No other model of this workspace becomes accepted.");
  const list = nameList(models.map((path) => modelName({ path })));
  return models.length === 1
    ? l10n.t("One other model of this workspace becomes accepted: {0}.", list)
    : l10n.t("{0} other models of this workspace become accepted: {1}.", models.length, list);
}
