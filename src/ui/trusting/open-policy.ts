import { existsSync } from "node:fs";
import { CancellationError, commands, l10n, type QuickPickItem, window, workspace } from "vscode";
import { ActionableError } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { messageText } from "../../platform/plain-text.ts";
import { targetModel } from "../commands/targets.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";
import { openAt, shownPath } from "./destinations.ts";

interface PolicyItem extends QuickPickItem {
  readonly file: string;
  readonly line: number;
}

/**
 * Open Policy: of a model, those that decided about it; else all that have a say in this window. One is opened at once.
 *
 * @throws CancellationError
 */
export async function openPolicy(args: readonly unknown[], services: Services): Promise<void> {
  const items = args.length > 0 ? await itemsOf(args, services) : await allItems(services);
  const [only] = items;
  if (only === undefined) throw noPolicy();
  const options = { title: l10n.t("Open Policy"), placeHolder: l10n.t("Choose a policy") };
  const chosen = items.length === 1 ? only : await window.showQuickPick([...items], options);
  if (chosen === undefined) throw new CancellationError();
  await openAt(chosen.file, chosen.line);
}

async function itemsOf(args: readonly unknown[], services: Services): Promise<readonly PolicyItem[]> {
  const { verdict, before } = await targetModel(args, "show", services);
  const { policies = [] } = verdict.decision ?? before?.decision ?? {};
  return policies.map(({ policy, source }) => itemFor(policy.name, policy.file, policy.line, source));
}

async function allItems({ policies }: Services): Promise<readonly PolicyItem[]> {
  policies.forget();
  const items = new Map<string, PolicyItem>();
  for (const folder of workspace.workspaceFolders ?? [undefined]) {
    const files = await policies.filesFor(folder?.uri.fsPath);
    for (const source of ["user", "workspace"] as const) {
      for (const file of files[source]) {
        if (!existsSync(file.path)) continue;
        for (const { name, location } of file.policies) {
          items.set(`${location.file}:${location.line}`, itemFor(name, location.file, location.line, source));
        }
        const error = file.diagnostics.find(({ severity }) => severity === "error");
        if (error !== undefined) items.set(`${file.path}:error`, brokenItem(file.path, error.line, error.message));
      }
    }
  }
  return [...items.values()];
}

function itemFor(name: string, file: string, line: number, source: "user" | "workspace"): PolicyItem {
  const whose = source === "user" ? l10n.t("your own policy") : l10n.t("policy of this workspace");
  return {
    file,
    line,
    label: messageText(name),
    description: messageText(shownPath(file)),
    detail: whose,
    iconPath: themeIcon("law"),
  };
}

function brokenItem(file: string, line: number, message: string): PolicyItem {
  const detail = messageText(l10n.t("Line {0}: {1}", line, message));
  return { file, line, label: messageText(shownPath(file)), detail, iconPath: themeIcon("error", "amber") };
}

function noPolicy(): ActionableError {
  const create = workspace.isTrusted && (workspace.workspaceFolders ?? []).length > 0;
  return new ActionableError(
    l10n.t("There is no policy here: your settings decide whom to trust."),
    create
      ? { label: l10n.t("Create Policy…"), run: () => commands.executeCommand(COMMANDS.createPolicy) }
      : {
          label: l10n.t("Open Settings"),
          run: () => commands.executeCommand("workbench.action.openSettings", "modelProvenance.trusted"),
        },
  );
}
