import { existsSync } from "node:fs";
import { commands, l10n, type QuickPickItem, workspace } from "vscode";
import type { Diagnostic } from "../../core/policy/diagnostics.ts";
import { ActionableError } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { messageText } from "../../platform/plain-text.ts";
import { decisionOf } from "../../workspace/registry.ts";
import { pickOne } from "../ask.ts";
import { targetModel } from "../commands/targets.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";
import { openAt, policyItem, shownPath } from "./destinations.ts";

interface PolicyItem extends QuickPickItem {
  readonly file: string;
  readonly line: number;
}

/**
 * Open Policy: asks which of the policies that cover a model, or of all policies of this window. Opens a single one
 * without asking.
 *
 * @throws CancellationError
 */
export async function openPolicy(args: readonly unknown[], services: Services): Promise<void> {
  const items = args.length > 0 ? await itemsOf(args, services) : await allItems(services);
  if (items.length === 0) throw noPolicy();
  const options = { title: l10n.t("Open Policy"), placeHolder: l10n.t("Select a policy") };
  const { file, line } = await pickOne(items, options);
  await openAt(file, line);
}

async function itemsOf(args: readonly unknown[], services: Services): Promise<readonly PolicyItem[]> {
  const { policies = [] } = decisionOf(await targetModel(args, "show", services)) ?? {};
  return policies.map(({ policy: { name, file, line }, source }) => ({
    file,
    line,
    ...policyItem(name, file, source),
  }));
}

async function allItems({ policies }: Services): Promise<readonly PolicyItem[]> {
  policies.forget();
  const items = new Map<string, PolicyItem>();
  for (const folder of workspace.workspaceFolders ?? [undefined]) {
    const files = await policies.filesFor(folder?.uri.fsPath);
    for (const source of ["user", "workspace"] as const) {
      for (const { path: file, policies: found, diagnostics } of files[source].filter(({ path }) => existsSync(path))) {
        for (const { name, location } of found) {
          items.set(`${file}:${location.line}`, { file, line: location.line, ...policyItem(name, file, source) });
        }
        const error = diagnostics.find(({ severity }) => severity === "error");
        if (error !== undefined) items.set(`${file}:error`, errorItem(file, error));
      }
    }
  }
  return [...items.values()];
}

function errorItem(file: string, { line, message }: Diagnostic): PolicyItem {
  const detail = messageText(l10n.t("Line {0}: {1}", line, message));
  return { file, line, label: messageText(shownPath(file)), detail, iconPath: themeIcon("error", "amber") };
}

function noPolicy(): ActionableError {
  const create = workspace.isTrusted && (workspace.workspaceFolders ?? []).length > 0;
  return new ActionableError(
    l10n.t("There is no policy. Your settings determine whom to trust."),
    create
      ? { label: l10n.t("Create Policy…"), run: () => commands.executeCommand(COMMANDS.createPolicy) }
      : {
          label: l10n.t("Open Settings"),
          run: () => commands.executeCommand("workbench.action.openSettings", "modelProvenance.trusted"),
        },
  );
}
