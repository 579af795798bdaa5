import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { l10n, type QuickPickItem, Selection, Uri, window, workspace } from "vscode";
import type { Policy } from "../../core/policy/policy.ts";
import type { PolicyFile } from "../../core/policy/read-policies.ts";
import { ActionableError } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { pickOne } from "../ask.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";
import { openSyncedDocument } from "./synced-document.ts";

/** A policy that an authority or an ignored path can be added to. */
export interface PolicyDestination {
  readonly kind: "policy";
  readonly file: PolicyFile;
  readonly policy: Policy;
  readonly source: "user" | "workspace";
}

/** Where trust in a signer can be saved. */
export type Destination =
  | PolicyDestination
  | { readonly kind: "new-file"; readonly path: string; readonly folder: string }
  | { readonly kind: "settings" };

export interface ModelPolicies {
  /** Patterns of policies are relative to it. */
  readonly folder: string;
  /** The model's path in it. */
  readonly path: string;
  readonly covering: readonly PolicyDestination[];
  /** Including those that do not cover the model. */
  readonly all: readonly Policy[];
}

/**
 * The policies of a model.
 *
 * @throws ActionableError where a policy file has an error: what it demands is unknown
 */
export async function policiesOf(model: KnownModel, services: Services): Promise<ModelPolicies> {
  const { folder, path } = locateModel(model);
  services.policies.forget();
  const files = await services.policies.filesFor(model.folder);
  const { covers } = await import("../../core/policy/evaluate.ts");
  const of = (list: readonly PolicyFile[], source: "user" | "workspace"): PolicyDestination[] =>
    list.flatMap((file) => file.policies.map((policy) => ({ kind: "policy", file, policy, source })));
  for (const file of [...files.user, ...files.workspace]) requireNoError(file);
  const all = [...of(files.user, "user"), ...of(files.workspace, "workspace")];
  const covering = all.filter(({ policy }) => covers(policy, path));
  return { folder, path, covering, all: all.map(({ policy }) => policy) };
}

function requireNoError({ path, diagnostics }: PolicyFile): void {
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error === undefined) return;
  const message = l10n.t("{0} has an error in line {1}: {2}", basename(path), error.line, error.message);
  throw new ActionableError(message, { label: l10n.t("Open Policy"), run: () => openAt(path, error.line) });
}

export async function openAt(file: string, line: number): Promise<void> {
  const editor = await window.showTextDocument(await openSyncedDocument(file));
  const { range } = editor.document.lineAt(Math.min(line, editor.document.lineCount) - 1);
  const start = range.start.translate(0, editor.document.lineAt(range.start.line).firstNonWhitespaceCharacterIndex);
  editor.selection = new Selection(start, start);
  editor.revealRange(range);
}

/** An unused path for a policy file of a workspace folder. */
export function newPolicyPath(folder: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? "model-policy" : `further-${number - 1}.model-policy`;
    const isTaken = [".yaml", ".yml", ".json"].some((suffix) => existsSync(join(folder, name + suffix)));
    if (!isTaken) return join(folder, `${name}.yaml`);
  }
}

/** @throws CancellationError */
export async function chooseDestination<T extends Destination>(
  title: string,
  destinations: readonly T[],
  placeHolder: string,
): Promise<T> {
  const items = destinations.map((destination) => ({ destination, ...destinationItem(destination) }));
  return (await pickOne(items, { title, placeHolder })).destination;
}

function destinationItem(destination: Destination): QuickPickItem {
  if (destination.kind === "policy") {
    return policyItem(destination.policy.name, destination.file.path, destination.source);
  }
  if (destination.kind === "settings") {
    const detail = l10n.t("Applies to you in all workspaces. A policy takes precedence.");
    return { label: l10n.t("User Settings"), detail, iconPath: themeIcon("settings-gear") };
  }
  return {
    label: l10n.t("New Policy File"),
    description: messageText(shownPath(destination.path)),
    detail: l10n.t("Shared with everyone who uses this workspace"),
    iconPath: themeIcon("new-file"),
  };
}

export function policyItem(name: string, file: string, source: "user" | "workspace"): QuickPickItem {
  return {
    label: messageText(name),
    description: messageText(shownPath(file)),
    detail:
      source === "user"
        ? l10n.t("Your personal policy: applies in every workspace")
        : l10n.t("Workspace policy: shared with everyone who uses this workspace"),
    iconPath: themeIcon("law"),
  };
}

/** The path relative to its workspace folder, if it is in one. */
export function shownPath(path: string): string {
  const folder = workspace.getWorkspaceFolder(Uri.file(path))?.uri.fsPath;
  if (folder === undefined) return path;
  return (workspace.workspaceFolders ?? []).length > 1 ? relative(dirname(folder), path) : relative(folder, path);
}
