import { basename } from "node:path";
import { CancellationError, commands, l10n, type WorkspaceFolder, window, workspace } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { PolicyDraft } from "../../core/policy/interchange/draft.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { Signer } from "../../core/verification/signer.ts";
import { ActionableError, tell } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { messageText, plainText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { place } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import type { Services } from "../services.ts";
import { chooseAuthority } from "./authority-choice.ts";
import { literalPattern, newPolicyPath, openAt, shownPath } from "./destinations.ts";
import { knownSigner, type Proof } from "./prove-signer.ts";
import { assertOutsideSignedModels, confirmWriting, requireTrustedWorkspace, writeNewFile } from "./write-policy.ts";

/** Somebody who signed models here, and proof of it. */
interface FoundSigner {
  readonly proof: Proof;
  readonly models: KnownModel[];
}

/**
 * Create Policy…: looks who signed the models of a workspace folder, asks for each of them whether to accept them, and
 * writes a policy for those who were, after showing it. Only signatures that are authentic name anybody.
 *
 * @throws CancellationError
 */
export async function createPolicy(_args: readonly unknown[], services: Services): Promise<void> {
  requireTrustedWorkspace();
  const { uri } = await chooseFolder();
  const folder = uri.fsPath;
  const path = newPolicyPath(folder);
  await assertOutsideSignedModels(path);
  const { signers, unknown } = await findSigners(folder, services);
  if (signers.length === 0) throw nobodyFound(unknown);
  const drafts: PolicyDraft[] = [];
  for (const [index, found] of signers.entries()) {
    const draft = await askAbout(found, index, signers.length, folder);
    if (draft !== undefined) drafts.push(draft);
  }
  if (drafts.length === 0) {
    throw new ProvenanceError("USAGE", l10n.t("No signer was accepted, so no policy was written."));
  }
  await writeDrafts(drafts, path, folder, unknown, services);
}

async function chooseFolder(): Promise<WorkspaceFolder> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  const [only] = folders;
  if (only === undefined) throw new ProvenanceError("USAGE", l10n.t("Open a folder first: a policy lies in it."));
  if (folders.length === 1) return only;
  const placeHolder = l10n.t("Choose the folder that the policy is for");
  const items = folders.map((folder) => ({ folder, label: messageText(folder.name) }));
  const chosen = await window.showQuickPick(items, { title: l10n.t("Create Policy"), placeHolder });
  if (chosen === undefined) throw new CancellationError();
  return chosen.folder;
}

interface Found {
  readonly signers: readonly FoundSigner[];
  /** Signed, by nobody who is known here. */
  readonly unknown: readonly KnownModel[];
}

/** Every signature is checked now; what was shown or remembered names nobody. */
async function findSigners(folder: string, services: Services): Promise<Found> {
  const { signerKey } = await import("../../core/policy/editing/signer-authority.ts");
  const files = await services.policies.filesFor(folder);
  const policies = [...files.user, ...files.workspace].flatMap((file) => file.policies);
  const signed = services.registry.models.filter(
    (model) => model.folder === folder && model.verdict.signature !== undefined,
  );
  return withProgress(l10n.t("Looking who signed the models"), async (report, signal) => {
    const signers = new Map<string, FoundSigner>();
    const unknown: KnownModel[] = [];
    for (const model of signed) {
      if (signal.aborted) throw new CancellationError();
      report.step(plainText(basename(model.path)));
      const proof = await knownSigner(model, policies, services);
      if (proof === undefined) {
        unknown.push(model);
        continue;
      }
      const key = signerKey(proof.signer);
      const found = signers.get(key) ?? { proof, models: [] };
      found.models.push(model);
      signers.set(key, found);
    }
    return { signers: [...signers.values()], unknown };
  });
}

function nobodyFound(unknown: readonly KnownModel[]): ActionableError {
  const message =
    unknown.length === 0
      ? l10n.t("No model in this folder is signed, so there is nobody whom a policy could accept.")
      : l10n.t(
          "Nobody who signed models here is known: {0}. A key or certificate that comes with a model proves nothing; choose the signer's own.",
          namesOf(unknown),
        );
  const [first] = unknown;
  if (first === undefined) {
    return new ActionableError(message, {
      label: l10n.t("Show Models"),
      run: () => commands.executeCommand(COMMANDS.showModel),
    });
  }
  return new ActionableError(message, {
    label: l10n.t("Trust Signer…"),
    run: () => commands.executeCommand(COMMANDS.trustSigner, first.path),
  });
}

/** Undefined where this signer is not to be accepted. */
async function askAbout(
  { proof, models }: FoundSigner,
  index: number,
  count: number,
  folder: string,
): Promise<PolicyDraft | undefined> {
  const { signer } = proof;
  const accept = l10n.t("Accept");
  const skip = l10n.t("Do Not Accept");
  const detail = [
    ...describe(signer),
    models.length === 1
      ? l10n.t("Signed one model: {0}", namesOf(models))
      : l10n.t("Signed {0} models: {1}", models.length, namesOf(models)),
    l10n.t("The signature was checked just now. Accept only whom you expect to sign these models."),
  ];
  const title = l10n.t("Accept {0}? ({1} of {2})", signerText(signer, l10n.t), index + 1, count);
  const options = { modal: true, detail: detail.map(messageText).join("\n\n") };
  const answer = await window.showInformationMessage(messageText(title), options, accept, skip);
  if (answer === undefined) throw new CancellationError();
  if (answer !== accept) return undefined;
  const { authority } = await chooseAuthority(proof, folder, []);
  const globs = models.map((model) => literalPattern(place({ path: model.path, folder }).path));
  const wider = l10n.t("A pattern such as models/* covers models that are still to come, too.");
  const comments = [plainText(signerText(signer, l10n.t)), wider];
  return { name: `signer-${index + 1}`, models: globs, authorities: [authority], comments };
}

function describe(signer: Signer): readonly string[] {
  switch (signer.method) {
    case "key":
      return [l10n.t("{0} key, SHA-256 {1}", signer.curve, signer.fingerprint)];
    case "certificate":
      return [...signer.alternativeNames, l10n.t("Certified by {0}, under the root {1}", signer.issuer, signer.root)];
    case "sigstore":
      return [l10n.t("{0} vouches for this identity.", signer.issuer)];
  }
}

/** Names in one sentence. */
const NAMED = 12;

function namesOf(models: readonly KnownModel[]): string {
  const named = models.slice(0, NAMED).map(({ path }) => plainText(basename(path)));
  const more = models.length - named.length;
  return more > 0 ? l10n.t("{0} and {1} more", named.join(", "), more) : named.join(", ");
}

async function writeDrafts(
  drafts: readonly PolicyDraft[],
  path: string,
  folder: string,
  unknown: readonly KnownModel[],
  services: Services,
): Promise<void> {
  const { planFile } = await import("../../core/policy/editing/plan-edit.ts");
  const { text, policies } = await planFile(drafts, path, folder);
  const covered = drafts.reduce((sum, { models }) => sum + models.length, 0);
  const left =
    unknown.length === 0 ? [] : [l10n.t("Left out, as their signer is not known here: {0}.", namesOf(unknown))];
  await confirmWriting({
    title: l10n.t("Create {0}?", plainText(shownPath(path))),
    before: [l10n.t("The policy, as it is written:")],
    text,
    after: [
      ...left,
      covered === 1
        ? l10n.t("From then on, it decides about this model, and not your settings.")
        : l10n.t("From then on, it decides about these {0} models, and not your settings.", covered),
    ],
    button: l10n.t("Create Policy"),
    file: path,
    content: { after: text },
  });
  await writeNewFile(path, text);
  await openAt(path, policies[0]?.location.line ?? 1);
  const said = l10n.t("Created {0}.", plainText(shownPath(path)));
  tell(services.log, "information", said, {
    label: l10n.t("Verify All Models"),
    run: async () => (await import("../commands/verify-model.ts")).verifyAll(services),
  });
}
