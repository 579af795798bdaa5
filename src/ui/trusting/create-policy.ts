import { CancellationError, commands, l10n, type WorkspaceFolder, workspace } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import {
  type AcceptedModels,
  coveredModels,
  policiesForSigners,
  type SignedModels,
} from "../../core/operations/policy/policy-drafts.ts";
import type { PolicyDraft } from "../../core/policy/editing/policy-draft.ts";
import type { AuthorityDocument } from "../../core/policy/policy-document.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import { trustLabel } from "../../core/presentation/unknown-signer.ts";
import { ActionableError, notify } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { messageText, plainText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { unknownSigners } from "../../workspace/unknown-signers.ts";
import { askInDialog, pickOne } from "../ask.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { Services } from "../services.ts";
import { unknownSignerText } from "../unknown-signer-text.ts";
import { chooseAuthority } from "./authority-choice.ts";
import { newPolicyPath, openAt, shownPath } from "./destinations.ts";
import { identifyKnownSigner, type SignerEvidence } from "./identify-signer.ts";
import { signerDetails } from "./signer-details.ts";
import { trustSigner } from "./trust-signer.ts";
import { assertOutsideSignedModels, requireTrustedWorkspace, writeAsShown } from "./write-policy.ts";

/**
 * Create Policy…: identifies who signed the models of a workspace folder, asks which of these signers to accept, and
 * writes a policy for them, after showing it. Only authentic signatures count.
 *
 * @throws CancellationError
 */
export async function createPolicy(_args: readonly unknown[], services: Services): Promise<void> {
  requireTrustedWorkspace();
  const folder = (await chooseFolder()).uri.fsPath;
  const path = newPolicyPath(folder);
  await assertOutsideSignedModels(path);
  const { signers, unknown } = await findSigners(folder, services);
  if (signers.length === 0) throw noSigner(unknown, services);
  const accepted: AcceptedModels[] = [];
  const others: SignedModels[] = [];
  for (const [index, found] of signers.entries()) {
    const authority = await askAbout(found, index, signers.length, folder);
    if (authority === undefined) others.push(found);
    else accepted.push({ ...found, authority });
  }
  if (accepted.length === 0) {
    throw new ProvenanceError("USAGE", l10n.t("No signer was accepted, so no policy was created."));
  }
  const drafts = policiesForSigners(accepted, others, l10n.t, plainText);
  const models = services.registry.models.filter((model) => model.folder === folder);
  await writeDrafts(drafts, path, consequences(drafts, accepted, unknown, models), services);
}

async function chooseFolder(): Promise<WorkspaceFolder> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  if (folders.length === 0) {
    throw new ProvenanceError("USAGE", l10n.t("Open a folder first: the policy is saved in it."));
  }
  const placeHolder = l10n.t("Select the folder for the policy");
  const items = folders.map((folder) => ({ folder, label: messageText(folder.name) }));
  return (await pickOne(items, { title: l10n.t("Create Policy"), placeHolder })).folder;
}

interface FoundSigner extends SignedModels {
  readonly evidence: SignerEvidence;
  readonly models: string[];
  readonly known: KnownModel[];
}

/** Verifies every signature now. `unknown`: models that are signed, by signers who are unknown here. */
async function findSigners(folder: string, services: Services) {
  const { signerKey } = await import("../../core/policy/editing/signer-authority.ts");
  const files = await services.policies.filesFor(folder);
  const policies = [...files.user, ...files.workspace].flatMap((file) => file.policies);
  const signed = services.registry.models.filter(
    (model) => model.folder === folder && model.verdict.signature !== undefined,
  );
  return withProgress(l10n.t("Reading signatures"), async (report, signal) => {
    const signers = new Map<string, FoundSigner>();
    const unknown: KnownModel[] = [];
    for (const model of signed) {
      if (signal.aborted) throw new CancellationError();
      report.step(modelName(model));
      const evidence = await identifyKnownSigner(model, policies, services);
      if (evidence === undefined) {
        unknown.push(model);
        continue;
      }
      const key = signerKey(evidence.signer);
      const found = signers.get(key) ?? { evidence, signer: evidence.signer, known: [], models: [] };
      found.known.push(model);
      found.models.push(locateModel(model).path);
      signers.set(key, found);
    }
    return { signers: [...signers.values()], unknown };
  });
}

/** Leads to trusting a signer first, and then on to the policy. */
function noSigner(unknown: readonly KnownModel[], services: Services): ActionableError {
  const [group] = unknownSigners(unknown);
  const first = group?.models[0] ?? unknown[0];
  if (first === undefined) {
    return new ActionableError(l10n.t("No model in this folder is signed, so there is no signer to accept."), {
      label: l10n.t("Show Models"),
      run: () => commands.executeCommand(COMMANDS.showModel),
    });
  }
  const message =
    group === undefined
      ? l10n.t("The signers of these models are unknown: {0}.", namesOf(unknown))
      : unknownSignerText(group);
  const advice = l10n.t(
    "To create a policy, first trust a signer with a key or certificate that you got from them; one that comes with the model proves nothing.",
  );
  return new ActionableError(`${message} ${advice}`, {
    label: trustLabel(first.verdict, l10n.t) ?? l10n.t("Trust Signer…"),
    run: async () => {
      await trustSigner([first.path], services);
      if (group !== undefined) await createPolicy([], services);
    },
  });
}

/** Undefined where the user does not accept this signer. */
async function askAbout(
  { evidence, signer, known }: FoundSigner,
  index: number,
  count: number,
  folder: string,
): Promise<AuthorityDocument | undefined> {
  const accept = l10n.t("Accept");
  const skip = l10n.t("Do Not Accept");
  const paragraphs = [
    ...(await signerDetails(signer)),
    known.length === 1
      ? l10n.t("Signed one model: {0}", namesOf(known))
      : l10n.t("Signed {0} models: {1}", known.length, namesOf(known)),
    l10n.t("The signature was verified just now. Accept only signers whom you expect to sign these models."),
  ].map((line) => [line]);
  const title = l10n.t("Accept {0}? ({1} of {2})", signerText(signer, l10n.t), index + 1, count);
  const answer = await askInDialog("information", title, paragraphs, accept, skip);
  if (answer === undefined) throw new CancellationError();
  if (answer !== accept) return undefined;
  return (await chooseAuthority(evidence, folder, [])).authority;
}

async function writeDrafts(
  drafts: readonly PolicyDraft[],
  path: string,
  after: readonly string[],
  services: Services,
): Promise<void> {
  const { planFile } = await import("../../core/policy/editing/plan-edit.ts");
  const { text, policies } = await planFile(drafts, path);
  const question = {
    title: l10n.t("Create {0}?", plainText(shownPath(path))),
    before: [l10n.t("Content of the policy file:")],
    text,
    after,
    button: l10n.t("Create Policy"),
    change: { path, after: text },
  };
  await writeAsShown(question, services);
  await openAt(path, policies[0]?.location.line ?? 1);
  notify(services.log, "information", l10n.t("Created {0}.", plainText(shownPath(path))), {
    label: l10n.t("Verify All Models"),
    run: async () => (await import("../commands/verify-model.ts")).verifyAll(services),
  });
}

/**
 * What the policies do beyond the models that the accepted signers have signed.
 *
 * @param unknown models of the folder whose signers are unknown
 * @param models all models of the folder
 */
function consequences(
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

function namesOf(models: readonly KnownModel[]): string {
  return nameList(models.map(modelName));
}
