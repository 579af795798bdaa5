import { basename } from "node:path";
import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { Verdict } from "../../core/verdict.ts";
import { notify } from "../../platform/commands.ts";
import { messageText, plainText } from "../../platform/plain-text.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { targetModel } from "../commands/targets.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { Services } from "../services.ts";
import { chooseDestination, openAt, type PolicyDestination, policiesOf, shownPath } from "./destinations.ts";
import { confirmWriting, planChange, requireTrustedWorkspace, writeChange } from "./write-policy.ts";

/** Names in one sentence. */
const NAMED = 8;

/**
 * Ignore Path…: adds an unsigned file of a model to those that a policy ignores, after showing what is written and
 * which models it applies to. Then verifies the model again.
 *
 * @throws CancellationError
 */
export async function ignorePath([target, name]: readonly unknown[], services: Services): Promise<void> {
  requireTrustedWorkspace();
  const model = await targetModel([target], "verify", services);
  const path = typeof name === "string" ? name : await choosePath(model);
  if (!ignorablePaths(model.verdict).includes(path)) throw nothingToIgnore(model);
  const { covering } = await policiesOf(model, services);
  const destinations = covering.filter(({ policy }) => mayIgnore(policy, path));
  if (destinations.length === 0) throw nothingToIgnore(model);
  const title = l10n.t("Ignore {0}", path);
  const destination = await chooseDestination(title, destinations, l10n.t("Select the policy to change"));
  if (destination.kind !== "policy") return;
  await addPath(destination, path, model, services);
  await services.checker.check(model.path, "files", { asked: true });
}

/** Files that are not signed; a signed file that differs cannot be ignored. */
export function ignorablePaths({ comparison, coverage, decision }: Verdict): readonly string[] {
  const added = comparison?.added.map(({ name }) => name) ?? [];
  const isDenied = decision?.policies.some(({ reasons, warnings }) =>
    [...reasons, ...warnings].some(({ code }) => code === "POLICY_SIGNER_IGNORED"),
  );
  const left = isDenied === true ? (coverage?.ignored ?? []).filter(({ source }) => source === "signer") : [];
  return [...new Set([...added, ...left.map(({ name }) => name)])];
}

function mayIgnore({ verification, authorities }: PolicyDestination["policy"], path: string): boolean {
  return !verification.ignorePaths.includes(path) && authorities.some(({ kind }) => kind !== "static");
}

async function choosePath(model: KnownModel): Promise<string> {
  const items = ignorablePaths(model.verdict).map((path) => ({ path, label: messageText(path) }));
  if (items.length === 0) throw nothingToIgnore(model);
  const title = messageText(l10n.t("Ignore a Path of {0}", modelName(model)));
  const chosen = await window.showQuickPick(items, { title, placeHolder: l10n.t("Select an unsigned file") });
  if (chosen === undefined) throw new CancellationError();
  return chosen.path;
}

function nothingToIgnore(model: KnownModel): ProvenanceError {
  return new ProvenanceError("USAGE", l10n.t("{0} has no file that a policy can ignore.", modelName(model)));
}

async function addPath(
  destination: PolicyDestination,
  path: string,
  model: KnownModel,
  services: Services,
): Promise<void> {
  const { file, policy } = destination;
  const planned = await planChange(destination, { kind: "ignored-path", path });
  const { insertion, before, after, policyAfter } = planned;
  await confirmWriting({
    title: l10n.t("Ignore {0} in {1}?", plainText(path), modelName(model)),
    before: [l10n.t("Added to the policy {0} in {1}:", plainText(policy.name), plainText(shownPath(file.path)))],
    text: insertion.text,
    after: [
      l10n.t("Files at this path are no longer checked: anyone can change them without notice."),
      coveredSentence(destination, services),
    ],
    button: l10n.t("Ignore Path"),
    file: file.path,
    content: { before, after },
  });
  await writeChange(file.path, planned);
  const text = l10n.t("{0} is ignored by {1}.", plainText(path), plainText(shownPath(file.path)));
  const { line } = policyAfter.location;
  notify(services.log, "information", text, { label: l10n.t("Open Policy"), run: () => openAt(file.path, line) });
}

function coveredSentence({ policy, file, source }: PolicyDestination, { registry }: Services): string {
  const covered = registry.models.filter(
    (model) =>
      (source === "user" || model.folder === file.folder) &&
      policy.models.some((glob) => glob.matches(locateModel(model).path)),
  );
  const names = covered.map(({ path }) => basename(path));
  return l10n.t("This applies to every model that the policy covers: {0}.", nameList(names, NAMED));
}
