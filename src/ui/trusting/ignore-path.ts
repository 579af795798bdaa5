import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import { isToolFilesOnly } from "../../core/manifest/innocent-differences.ts";
import type { Verdict } from "../../core/verdict.ts";
import { ActionableError, notify } from "../../platform/commands.ts";
import { messageText, plainText } from "../../platform/plain-text.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { targetModel } from "../commands/targets.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { Services } from "../services.ts";
import { chooseDestination, openAt, type PolicyDestination, policiesOf, shownPath } from "./destinations.ts";
import { planChange, requireTrustedWorkspace, writeAsShown } from "./write-policy.ts";

/**
 * Ignore Path…: adds unsigned files of a model to those that a policy ignores, after showing what is written and which
 * models it applies to. Then verifies the model again.
 *
 * @throws CancellationError
 */
export async function ignorePath([target, name]: readonly unknown[], services: Services): Promise<void> {
  requireTrustedWorkspace();
  const model = await targetModel([target], "verify", services);
  const ignorable = ignorablePaths(model.verdict);
  if (ignorable.length === 0) throw nothingToIgnore(model);
  const { covering } = await policiesOf(model, services);
  if (covering.length === 0) throw noPolicy(model, services);
  const paths = typeof name === "string" ? [name] : await choosePaths(model, ignorable);
  if (!paths.every((path) => ignorable.includes(path))) throw nothingToIgnore(model);
  const destinations = covering.filter(({ policy }) => mayIgnore(policy, paths));
  if (destinations.length === 0) throw nothingToIgnore(model);
  const title = l10n.t("Ignore {0}", pathsText(paths));
  const destination = await chooseDestination(title, destinations, l10n.t("Select the policy to change"));
  await addPaths(destination, paths, model, services);
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

function mayIgnore({ verification, authorities }: PolicyDestination["policy"], paths: readonly string[]): boolean {
  const isNew = paths.every((path) => !verification.ignorePaths.includes(path));
  return isNew && authorities.some(({ kind }) => kind !== "static");
}

/** The only unsigned file without asking: what is written is shown anyway. Files of tools are checked from the start. */
async function choosePaths(model: KnownModel, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 1) return paths;
  const picked = isToolFilesOnly(model.verdict);
  const items = paths.map((path) => ({ path, label: messageText(path), picked }));
  const title = messageText(l10n.t("Ignore Paths of {0}", modelName(model)));
  const placeHolder = l10n.t("Select the unsigned files to ignore");
  const chosen = await window.showQuickPick(items, { title, placeHolder, canPickMany: true });
  if (chosen === undefined || chosen.length === 0) throw new CancellationError();
  return chosen.map(({ path }) => path);
}

function pathsText(paths: readonly string[]): string {
  const [first = "", ...others] = paths;
  return others.length === 0 ? plainText(first) : l10n.t("{0} files", paths.length);
}

function nothingToIgnore(model: KnownModel): ProvenanceError {
  return new ProvenanceError("USAGE", l10n.t("{0} has no file that a policy can ignore.", modelName(model)));
}

function noPolicy(model: KnownModel, services: Services): ActionableError {
  const message = l10n.t("Only a policy can ignore files, and none covers {0}. Create one first.", modelName(model));
  const run = async () => (await import("./create-policy.ts")).createPolicy([], services);
  return new ActionableError(message, { label: l10n.t("Create Policy…"), run });
}

async function addPaths(
  destination: PolicyDestination,
  paths: readonly string[],
  model: KnownModel,
  services: Services,
): Promise<void> {
  const { file, policy } = destination;
  const { insertion, before, after, policyAfter } = await planChange(destination, { kind: "ignored-paths", paths });
  const question = {
    title: l10n.t("Ignore {0} in {1}?", pathsText(paths), modelName(model)),
    before: [l10n.t("Added to the policy {0} in {1}:", plainText(policy.name), plainText(shownPath(file.path)))],
    text: insertion.text,
    after: [
      paths.length === 1
        ? l10n.t("Files at this path are no longer checked: anyone can change them without notice.")
        : l10n.t("Files at these paths are no longer checked: anyone can change them without notice."),
      coveredSentence(destination, services),
    ],
    button: paths.length === 1 ? l10n.t("Ignore Path") : l10n.t("Ignore Paths"),
    change: { path: file.path, before, after },
  };
  await writeAsShown(question, services);
  const text =
    paths.length === 1
      ? l10n.t("{0} is ignored by {1}.", pathsText(paths), plainText(shownPath(file.path)))
      : l10n.t("{0} are ignored by {1}.", pathsText(paths), plainText(shownPath(file.path)));
  const { line } = policyAfter.location;
  notify(services.log, "information", text, { label: l10n.t("Open Policy"), run: () => openAt(file.path, line) });
}

function coveredSentence({ policy, file, source }: PolicyDestination, { registry }: Services): string {
  const covered = registry.models.filter(
    (model) =>
      (source === "user" || model.folder === file.folder) &&
      policy.models.some((glob) => glob.matches(locateModel(model).path)),
  );
  const names = covered.map(modelName);
  return l10n.t("This applies to every model that the policy covers: {0}.", nameList(names));
}
