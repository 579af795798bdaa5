import { basename, relative } from "node:path";
import { l10n, Uri, workspace } from "vscode";
import { commonName } from "../core/verification/distinguished-name.ts";
import type { SkippedFolders, Strays } from "../engine/search-models.ts";
import { COMMANDS } from "../platform/ids.ts";
import { plainText } from "../platform/plain-text.ts";
import type { ModelRegistry } from "../workspace/registry.ts";
import { notedUnknownSigners, type UnknownSignerGroup } from "../workspace/unknown-signers.ts";
import type { Row } from "./rows.ts";
import { unknownSignerText } from "./unknown-signer-text.ts";

/** Rows about the whole list: above the models, how to begin; below them, why some may be missing. */
export function listNotes(registry: ModelRegistry): { readonly above: Row[]; readonly below: Row[] } {
  const { models, extents } = registry;
  const unsigned = models.length > 0 && models.every(({ verdict }) => verdict.signature === undefined);
  return {
    above:
      unsigned && workspace.isTrusted ? [unsignedNote(models.length)] : notedUnknownSigners(models).map(unknownNote),
    below: [
      ...[...extents].flatMap(([folder, { bound }]) => (bound === undefined ? [] : [boundNote(folder, bound)])),
      ...[...extents].flatMap(([folder, { strays }]) => (strays === undefined ? [] : strayNotes(folder, strays))),
      // Without a model, the welcome text says how to find one.
      ...(models.length === 0
        ? []
        : [...extents].flatMap(([folder, { skippedFolders }]) => skippedNotes(folder, skippedFolders))),
    ],
  };
}

function unsignedNote(count: number): Row {
  const title = l10n.t("Sign Model…");
  return {
    id: "unsigned",
    icon: "edit",
    label: count === 1 ? l10n.t("The model is not signed yet") : l10n.t("No model is signed yet"),
    description: title,
    tooltip: l10n.t("A signature shows who made a model, and whether it has changed since."),
    command: { command: COMMANDS.signModel, title },
  };
}

/** What most models lack to be verified, for the view's message: a row would cut it off. */
export function unknownSignerNote({ models }: Pick<ModelRegistry, "models">): string {
  const [group] = notedUnknownSigners(models);
  return group === undefined ? "" : unknownSignerText(group);
}

/** Beside the view's message, which takes no click. */
export function filterNote(): Row {
  const title = l10n.t("Clear Filter");
  const command = { command: COMMANDS.clearFilter, title };
  return { id: "filter", icon: "filter-filled", label: title, description: "", tooltip: title, command };
}

function unknownNote(group: UnknownSignerGroup): Row {
  const { kind, claims, models } = group;
  const title = kind === "key" ? l10n.t("Trust Key…") : l10n.t("Trust Root Certificate…");
  const isNamed = kind === "certificate" && claims !== "";
  return {
    id: `unknown:${kind}:${claims}`,
    icon: kind === "key" ? "key" : "unverified",
    label: title,
    description: isNamed ? plainText(commonName(claims)) : "",
    tooltip: [unknownSignerText(group), ...(isNamed ? [plainText(claims)] : [])].join("\n"),
    command: { command: COMMANDS.trustSigner, title, arguments: models.slice(0, 1).map(({ path }) => path) },
  };
}

function boundNote(folder: string, limit: number): Row {
  const count = new Intl.NumberFormat().format(limit);
  const name = plainText(basename(folder));
  return {
    id: `bound:${folder}`,
    icon: "warning",
    label: l10n.t("Not all of {0} was searched", name),
    description: l10n.t("the first {0} files and folders", count),
    tooltip: l10n.t(
      "{0} has more than {1} files and folders, so models may be missing. Exclude folders with the setting files.exclude, or open the folder that contains the models.",
      name,
      count,
    ),
    command: { command: "workbench.action.openSettings", title: l10n.t("Open Settings"), arguments: ["files.exclude"] },
  };
}

function skippedNotes(folder: string, { count, first }: SkippedFolders): Row[] {
  if (count === 0) return [];
  const reasons = {
    name: l10n.t("packages"),
    environment: l10n.t("environment"),
    unreadable: l10n.t("not readable"),
    link: l10n.t("link to a folder around it"),
  };
  const names = first.map(({ path, reason }) => `${plainText(relative(folder, path))} (${reasons[reason]})`);
  const more = count - first.length;
  return [
    {
      id: `skipped:${folder}`,
      icon: "info",
      label: count === 1 ? l10n.t("1 folder was not searched") : l10n.t("{0} folders were not searched", count),
      description: names[0] ?? "",
      tooltip: [...names, ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])].join("\n"),
      command: { command: COMMANDS.showOutput, title: l10n.t("Show Output") },
    },
  ];
}

/** Signatures listed one by one. */
const STRAYS_SHOWN = 5;

function strayNotes(folder: string, { count, first }: Strays): Row[] {
  const shown = first.slice(0, STRAYS_SHOWN);
  const notes = shown.map(({ path, subject }): Row => {
    const file = plainText(relative(folder, path));
    return {
      id: `stray:${path}`,
      icon: "info",
      label:
        subject === undefined
          ? l10n.t("Signature of a model that is not here")
          : l10n.t("Signature of {0}: no such model here", plainText(subject)),
      description: file,
      tooltip: l10n.t(
        "{0} names no file or folder next to it or below it. Download the model, or move the signature to it.",
        file,
      ),
      command: { command: COMMANDS.showSignature, title: l10n.t("Show Signature"), arguments: [Uri.file(path)] },
    };
  });
  const more = count - shown.length;
  if (more <= 0) return notes;
  const rest: Row = {
    id: `strays:${folder}`,
    icon: "info",
    label: l10n.t("Signatures of models that are not here: {0} more", more),
    description: plainText(basename(folder)),
    tooltip: first.map(({ path }) => plainText(relative(folder, path))).join("\n"),
    command: { command: COMMANDS.showOutput, title: l10n.t("Show Output") },
  };
  return [...notes, rest];
}
