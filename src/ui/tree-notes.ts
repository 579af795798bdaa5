import { basename, relative } from "node:path";
import { l10n, TreeItem, Uri, workspace } from "vscode";
import { COMMANDS } from "../platform/ids.ts";
import { plainText } from "../platform/plain-text.ts";
import type { ModelRegistry, SkippedFolders, Strays } from "../workspace/registry.ts";
import { themeIcon } from "./theme.ts";
import type { NoteNode } from "./tree-nodes.ts";

/** What is to be said of the whole list: above the models, how to begin; below them, what may be missing. */
export function listNotes(registry: ModelRegistry): { readonly above: NoteNode[]; readonly below: NoteNode[] } {
  const { models, bounds, skippedFolders, strays } = registry;
  const unsigned = models.length > 0 && models.every(({ verdict }) => verdict.signature === undefined);
  return {
    above: unsigned && workspace.isTrusted ? [unsignedNote(models.length)] : [],
    below: [
      ...[...bounds].map(([folder, limit]) => boundNote(folder, limit)),
      ...[...strays].flatMap(([folder, found]) => strayNotes(folder, found)),
      // Without a model, the view says how to find one.
      ...(models.length === 0
        ? []
        : [...skippedFolders].map(([folder, folders]) => skippedFoldersNote(folder, folders))),
    ],
  };
}

function unsignedNote(count: number): NoteNode {
  const label = count === 1 ? l10n.t("It is not signed yet") : l10n.t("None is signed yet");
  const title = l10n.t("Sign Model…");
  return {
    kind: "note",
    id: "unsigned",
    icon: "edit",
    label,
    description: title,
    tooltip: l10n.t("A signature tells everybody who made a model, and whether it is still what they made."),
    command: { command: COMMANDS.signModel, title },
  };
}

function boundNote(folder: string, limit: number): NoteNode {
  const count = new Intl.NumberFormat().format(limit);
  const name = plainText(basename(folder));
  return {
    kind: "note",
    id: `bound:${folder}`,
    icon: "warning",
    label: l10n.t("Not all of {0} was searched", name),
    description: l10n.t("the first {0} files and folders", count),
    tooltip: l10n.t(
      "{0} has more than {1} files and folders. Models beyond are not listed: leave folders out with the setting files.exclude, or open the folder that the models are in.",
      name,
      count,
    ),
    command: {
      command: "workbench.action.openSettings",
      title: l10n.t("Open Settings"),
      arguments: ["files.exclude"],
    },
  };
}

function skippedFoldersNote(folder: string, { count, first }: SkippedFolders): NoteNode {
  const reasons = { name: l10n.t("packages"), environment: l10n.t("environment"), unreadable: l10n.t("not readable") };
  const names = first.map(({ path, reason }) => `${plainText(relative(folder, path))} (${reasons[reason]})`);
  const more = count - first.length;
  return {
    kind: "note",
    id: `passed-over:${folder}`,
    icon: "info",
    label: count === 1 ? l10n.t("1 folder was not searched") : l10n.t("{0} folders were not searched", count),
    description: names[0] ?? "",
    tooltip: [...names, ...(more > 0 ? [l10n.t("and {0} more", more)] : [])].join("\n"),
    command: { command: COMMANDS.showOutput, title: l10n.t("Show Output") },
  };
}

/** Signatures listed one by one. */
const STRAYS_SHOWN = 5;

function strayNotes(folder: string, { count, first }: Strays): NoteNode[] {
  const shown = first.slice(0, STRAYS_SHOWN);
  const notes = shown.map(({ path, subject }): NoteNode => {
    const file = plainText(relative(folder, path));
    return {
      kind: "note",
      id: `stray:${path}`,
      icon: "info",
      label:
        subject === undefined
          ? l10n.t("Signature of a model that is not here")
          : l10n.t("Signature of {0}: no such model here", plainText(subject)),
      description: file,
      tooltip: l10n.t(
        "{0} names no file or folder beside it or below it. Download the model, or move the signature to it.",
        file,
      ),
      command: { command: COMMANDS.showSignature, title: l10n.t("Show Signature"), arguments: [Uri.file(path)] },
    };
  });
  const more = count - shown.length;
  if (more <= 0) return notes;
  const rest: NoteNode = {
    kind: "note",
    id: `strays:${folder}`,
    icon: "info",
    label: l10n.t("Signatures of models that are not here: {0} more", more),
    description: plainText(basename(folder)),
    tooltip: first.map(({ path }) => plainText(relative(folder, path))).join("\n"),
    command: { command: COMMANDS.showOutput, title: l10n.t("Show Output") },
  };
  return [...notes, rest];
}

export function noteItem({ id, icon, label, description, tooltip, command }: NoteNode): TreeItem {
  const item = new TreeItem(label);
  item.id = `note:${id}`;
  item.iconPath = themeIcon(icon);
  item.description = description;
  item.tooltip = tooltip;
  item.command = command;
  return item;
}
