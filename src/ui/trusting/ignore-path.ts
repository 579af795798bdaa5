import { basename } from "node:path";
import * as v from "valibot";
import { CancellationError, l10n, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { Verdict } from "../../core/verdict.ts";
import { tell } from "../../platform/commands.ts";
import { messageText, plainText } from "../../platform/plain-text.ts";
import { place } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { targetModel } from "../commands/targets.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { chooseDestination, openAt, type PolicyDestination, policiesOf, shownPath } from "./destinations.ts";
import { confirmWriting, planChange, requireTrustedWorkspace, writeChange } from "./write-policy.ts";

/** Names in one sentence. */
const NAMED = 8;

/**
 * Ignore Path…: adds a file of a model that nobody signed to those that a policy lets pass, after showing what is
 * written and which models it is for; then the model is checked again.
 *
 * @throws CancellationError
 */
export async function ignorePath([target, name]: readonly unknown[], services: Services): Promise<void> {
  requireTrustedWorkspace();
  const model = await targetModel([target], "verify", services);
  const path = v.is(v.string(), name) ? name : await choosePath(model);
  if (!ignorablePaths(model.verdict).includes(path)) throw nothingToIgnore(model);
  const { covering } = await policiesOf(model, services);
  const destinations = covering.filter(({ policy }) => mayIgnore(policy, path));
  if (destinations.length === 0) throw nothingToIgnore(model);
  const title = l10n.t("Ignore {0}", path);
  const destination = await chooseDestination(title, destinations);
  if (destination.kind !== "policy") return;
  await addPath(destination, path, model, services);
  await services.checker.check(model.path, "files", { asked: true });
}

/** Files that are here and not signed: what is signed is never let pass when it differs. */
export function ignorablePaths({ comparison, coverage, decision }: Verdict): readonly string[] {
  const added = comparison?.added.map(({ name }) => name) ?? [];
  const objected = decision?.policies.some(({ reasons, warnings }) =>
    [...reasons, ...warnings].some(({ code }) => code === "POLICY_SIGNER_IGNORED"),
  );
  const left = objected === true ? (coverage?.ignored ?? []).filter(({ source }) => source === "signer") : [];
  return [...new Set([...added, ...left.map(({ name }) => name)])];
}

function mayIgnore({ verification, authorities }: PolicyDestination["policy"], path: string): boolean {
  return !verification.ignorePaths.includes(path) && authorities.some(({ kind }) => kind !== "static");
}

async function choosePath(model: KnownModel): Promise<string> {
  const items = ignorablePaths(model.verdict).map((path) => ({ path, label: messageText(path) }));
  if (items.length === 0) throw nothingToIgnore(model);
  const title = messageText(l10n.t("Ignore a Path of {0}", modelName(model)));
  const chosen = await window.showQuickPick(items, { title, placeHolder: l10n.t("Choose a file that nobody signed") });
  if (chosen === undefined) throw new CancellationError();
  return chosen.path;
}

function nothingToIgnore(model: KnownModel): ProvenanceError {
  return new ProvenanceError(
    "USAGE",
    l10n.t("There is nothing in {0} that a policy could be told to ignore.", modelName(model)),
  );
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
      l10n.t("Whatever stands at this path is not checked, now and later: anybody can change it unseen."),
      coveredSentence(destination, services),
    ],
    button: l10n.t("Ignore Path"),
    file: file.path,
    content: { before, after },
  });
  await writeChange(file.path, planned);
  const text = l10n.t("{0} is ignored by {1}.", plainText(path), plainText(shownPath(file.path)));
  const { line } = policyAfter.location;
  tell(services.log, "information", text, { label: l10n.t("Open Policy"), run: () => openAt(file.path, line) });
}

/** A policy is for all models that it covers, and so is what it ignores. */
function coveredSentence({ policy, file, source }: PolicyDestination, { registry }: Services): string {
  const covered = registry.models.filter(
    (model) =>
      (source === "user" || model.folder === file.folder) &&
      policy.models.some((glob) => glob.matches(place(model).path)),
  );
  const named = covered.slice(0, NAMED).map(({ path }) => plainText(basename(path)));
  const more = covered.length - named.length;
  const list = more > 0 ? l10n.t("{0} and {1} more", named.join(", "), more) : named.join(", ");
  return l10n.t("This goes for every model that the policy covers: {0}.", list);
}
