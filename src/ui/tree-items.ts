import { basename } from "node:path";
import { l10n, TreeItem, TreeItemCollapsibleState, workspace } from "vscode";
import type { OriginReport } from "../core/origin/origin.ts";
import { hasDownload } from "../core/presentation/origin-text.ts";
import { verdictLabel } from "../core/presentation/verdict-labels.ts";
import { COMMANDS, TREE_CONTEXT } from "../platform/ids.ts";
import { plainText } from "../platform/plain-text.ts";
import type { KnownModel } from "../workspace/registry.ts";
import { distinctName, modelDescription, modelSentence } from "./model-text.ts";
import { themeIcon } from "./theme.ts";
import type { FactNode, FolderNode, StateNode } from "./tree-nodes.ts";

/** @param all the models of the list, in which the label is unique */
export function modelItem(model: KnownModel, all: readonly KnownModel[], origin?: OriginReport): TreeItem {
  const look = verdictLabel(model.verdict, l10n.t);
  const signed = model.verdict.signature !== undefined;
  const label = distinctName(model, all);
  const opens = signed || model.verdict.decision !== undefined || (origin !== undefined && hasDownload(origin));
  const item = new TreeItem(label, opens ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None);
  item.id = model.path;
  item.description = modelDescription(model);
  item.iconPath = themeIcon(look.icon, look.colour);
  item.contextValue = signed ? TREE_CONTEXT.signed : TREE_CONTEXT.unsigned;
  // Enter, or a click: there is nothing to open below it.
  if (!signed && !opens && workspace.isTrusted) {
    item.command = { command: COMMANDS.signModel, title: l10n.t("Sign Model…"), arguments: [model.path] };
  }
  item.accessibilityInformation = { label: `${label}, ${look.label}. ${modelSentence(model)}` };
  return item;
}

export function folderItem({ path }: FolderNode): TreeItem {
  const named = workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === path);
  const label = named?.name ?? (path === undefined ? l10n.t("Elsewhere") : basename(path));
  const item = new TreeItem(plainText(label), TreeItemCollapsibleState.Expanded);
  item.id = `folder:${path ?? ""}`;
  item.iconPath = themeIcon("folder");
  if (path !== undefined) item.tooltip = path;
  return item;
}

/** @param count of its models */
export function stateItem({ state }: StateNode, count: number): TreeItem {
  const { label, icon, colour } = verdictLabel({ state }, l10n.t);
  const open = state === "verified" ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded;
  const item = new TreeItem(label, open);
  item.id = `state:${state}`;
  item.description = String(count);
  item.iconPath = themeIcon(icon, colour);
  return item;
}

export function factItem({
  id,
  icon,
  colour,
  label,
  model,
  children,
  expanded,
  ...row
}: Omit<FactNode, "kind">): TreeItem {
  const state = expanded === true ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
  const item = new TreeItem(label, children?.length ? state : TreeItemCollapsibleState.None);
  item.id = model === undefined ? `note:${id}` : `${model}\u0000${id}`;
  item.iconPath = themeIcon(icon, colour);
  if (row.description !== undefined) item.description = row.description;
  item.tooltip = row.tooltip ?? [label, row.description ?? ""].join("\n").trim();
  if (row.command !== undefined) item.command = row.command;
  if (row.opens !== undefined) {
    const where = row.at === undefined ? [] : [{ selection: row.at }];
    item.command = { command: "vscode.open", title: l10n.t("Open File"), arguments: [row.opens, ...where] };
  }
  return item;
}
