import { basename } from "node:path";
import { l10n } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { AuthorityChoice } from "../../core/policy/editing/signer-authority.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { Signer } from "../../core/verification/signer.ts";
import { tell } from "../../platform/commands.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { targetModel } from "../commands/targets.ts";
import { accept } from "../commands/trust-key.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { othersAccepted, othersSentence } from "./accepted-models.ts";
import { chooseAuthority } from "./authority-choice.ts";
import {
  chooseDestination,
  type Destination,
  literalPattern,
  type ModelPolicies,
  newPolicyPath,
  openAt,
  type PolicyDestination,
  policiesOf,
  shownPath,
} from "./destinations.ts";
import { type Proof, proveSigner } from "./prove-signer.ts";
import { trustInSettings } from "./trust-in-settings.ts";
import {
  assertOutsideSignedModels,
  confirmWriting,
  planChange,
  requireTrustedWorkspace,
  writeChange,
  writeNewFile,
} from "./write-policy.ts";

/**
 * Trust Signer…: has a policy, or the person's settings, accept who signed a model. The signature is checked first;
 * what would be written is shown, and which other models it would accept; then the model is checked again.
 *
 * @throws CancellationError
 */
export async function trustSigner(args: readonly unknown[], services: Services): Promise<void> {
  requireTrustedWorkspace();
  const model = await targetModel(args, "trust", services);
  const policies = await policiesOf(model, services);
  const proof = await proveSigner(model, policies.all, services);
  const destinations = await destinationsFor(model, proof, policies, services);
  const title = l10n.t("Trust {0}", signerText(proof.signer, l10n.t));
  const destination = await chooseDestination(title, destinations);
  await write(destination, model, proof, policies, services);
  await services.checker.check(model.path, "files", { asked: true });
}

async function destinationsFor(
  model: KnownModel,
  proof: Proof,
  { covering, folder }: ModelPolicies,
  services: Services,
): Promise<readonly Destination[]> {
  if (covering.length === 0) {
    const settings: Destination[] = isForSettings(proof) ? [{ kind: "settings" }] : [];
    if (model.folder === undefined) return settings;
    const path = newPolicyPath(folder);
    const { enclosingSignedModel } = await import("../../core/policy/editing/signed-model.ts");
    if ((await enclosingSignedModel(path)) === undefined) return [...settings, { kind: "new-file", path, folder }];
    if (settings.length === 0) await assertOutsideSignedModels(path);
    return settings;
  }
  const publicSigstore = () => services.sigstore.publicInstance();
  const refusing: PolicyDestination[] = [];
  for (const destination of covering) {
    const [said] = await services.engine.previewPolicy(destination.policy, {
      folder,
      models: [model.path],
      publicSigstore,
    });
    if (said?.decision.by !== "signer") refusing.push(destination);
  }
  if (refusing.length > 0) return refusing;
  const signer = plainText(signerText(proof.signer, l10n.t));
  throw new ProvenanceError("USAGE", l10n.t("All policies for {0} accept {1} already.", modelName(model), signer));
}

/** A key or root that was chosen just now can be written there; others are there, or come from a policy. */
function isForSettings(proof: Proof): boolean {
  return proof.signer.method === "sigstore" || ("file" in proof && proof.file !== undefined);
}

async function write(
  destination: Destination,
  model: KnownModel,
  proof: Proof,
  policies: ModelPolicies,
  services: Services,
): Promise<void> {
  switch (destination.kind) {
    case "settings":
      return trustForMyself(model, proof, services);
    case "policy":
      return addToPolicy(destination, model, proof, services);
    case "new-file":
      return createPolicyFor(destination, model, proof, policies, services);
  }
}

async function trustForMyself(model: KnownModel, proof: Proof, services: Services): Promise<void> {
  if (proof.signer.method === "sigstore") return trustInSettings(model, proof.signer);
  if (!("pem" in proof) || proof.file === undefined) return;
  const kind = proof.signer.method === "key" ? "key" : "certificate";
  await accept({ label: basename(proof.file), pem: proof.pem }, kind, services);
}

async function addToPolicy(
  destination: PolicyDestination,
  model: KnownModel,
  proof: Proof,
  services: Services,
): Promise<void> {
  const { file, policy } = destination;
  const taken = policy.authorities.map(({ name }) => name);
  const choice = await chooseAuthority(proof, file.folder, taken);
  const planned = await planChange(destination, { kind: "authority", authority: choice.authority });
  const { policyBefore, policyAfter, insertion, before, after } = planned;
  await requireAccepted(policyAfter, model, destination, services);
  const others = await othersAccepted(destination, policyBefore, policyAfter, model.path, services);
  await confirmWriting({
    title: questionFor(proof.signer, model),
    before: [
      ...(await whoIs(proof.signer)),
      l10n.t("Added to the policy {0} in {1}:", plainText(policy.name), plainText(shownPath(file.path))),
    ],
    text: insertion.text,
    after: [...widerSentence(choice), othersSentence(others)],
    button: l10n.t("Trust Signer"),
    file: file.path,
    content: { before, after },
  });
  await writeChange(file.path, planned);
  sayTrusted(proof.signer, file.path, policyAfter, choice, services);
}

async function createPolicyFor(
  { path, folder }: Extract<Destination, { kind: "new-file" }>,
  model: KnownModel,
  proof: Proof,
  policies: ModelPolicies,
  services: Services,
): Promise<void> {
  const choice = await chooseAuthority(proof, folder, []);
  const { planFile } = await import("../../core/policy/editing/plan-edit.ts");
  const draft = { name: modelName(model), models: [literalPattern(policies.path)], authorities: [choice.authority] };
  const { text, policies: read } = await planFile([draft], path, folder);
  const [policy] = read;
  if (policy === undefined) throw new ProvenanceError("INTERNAL", "The new policy has no policy.");
  await requireAccepted(policy, model, { source: "workspace", file: { folder } }, services);
  await confirmWriting({
    title: questionFor(proof.signer, model),
    before: [...(await whoIs(proof.signer)), l10n.t("A new policy for this model, {0}:", plainText(shownPath(path)))],
    text,
    after: [
      ...widerSentence(choice),
      l10n.t("From then on, this policy decides about the model, and not your settings."),
    ],
    button: l10n.t("Trust Signer"),
    file: path,
    content: { after: text },
  });
  await writeNewFile(path, text);
  sayTrusted(proof.signer, path, policy, choice, services);
}

/** The engine's own word, before anybody is asked: an identity may be of a kind that no authority can name. */
async function requireAccepted(
  policy: Policy,
  model: KnownModel,
  { source, file }: { readonly source: "user" | "workspace"; readonly file: { readonly folder: string } },
  services: Services,
): Promise<void> {
  const publicSigstore = () => services.sigstore.publicInstance();
  const folder = source === "user" ? (model.folder ?? file.folder) : file.folder;
  const [said] = await services.engine.previewPolicy(policy, { folder, models: [model.path], publicSigstore });
  if (said?.decision.by === "signer") return;
  const why = said?.decision.reasons[0]?.message ?? "";
  throw new ProvenanceError("POLICY_SIGNER", l10n.t("The signer would not be accepted even so. {0}", why));
}

function questionFor(signer: Signer, model: KnownModel): string {
  return l10n.t("Trust {0}, who signed {1}?", plainText(signerText(signer, l10n.t)), modelName(model));
}

/** What else there is to know of a signer before they are trusted. */
async function whoIs(signer: Signer): Promise<string[]> {
  switch (signer.method) {
    case "key":
      return [l10n.t("{0} key, SHA-256 {1}", signer.curve, signer.fingerprint)];
    case "certificate":
      return [l10n.t("Certified by {0}, under the root {1}", plainText(signer.issuer), plainText(signer.root))];
    case "sigstore": {
      const { callingRepository } = await import("../../core/verification/ci-identity.ts");
      const caller = callingRepository(signer);
      const vouched = l10n.t("{0} vouches for this identity.", plainText(signer.issuer));
      if (caller === undefined) return [vouched];
      const shared = l10n.t(
        "This workflow was run for another repository, {0}: whoever may call it can sign under its name.",
        plainText(caller),
      );
      return [vouched, shared];
    }
  }
}

function widerSentence({ scope }: AuthorityChoice): string[] {
  if (scope !== "workflow-at-any-tag") return [];
  return [l10n.t("Whoever may push a tag to that repository, now or later, can sign models that are accepted.")];
}

function sayTrusted(
  signer: Signer,
  path: string,
  policy: Policy,
  { authority }: AuthorityChoice,
  { log }: Services,
): void {
  const added = policy.authorities.find(({ name }) => name === authority.name);
  const line = added?.location.line ?? policy.location.line;
  const text = l10n.t("{0} is accepted by {1}.", plainText(signerText(signer, l10n.t)), plainText(shownPath(path)));
  tell(log, "information", text, { label: l10n.t("Open Policy"), run: () => openAt(path, line) });
}
