import { l10n, MarkdownString, workspace } from "vscode";
import { changedFileCount, firstChangedFiles, isUndownloaded } from "../core/manifest/changed-files.ts";
import { isOnlyToolFiles, isToolFilesOnly, unknownFirst } from "../core/manifest/innocent-differences.ts";
import type { OriginReport } from "../core/origin/origin.ts";
import {
  filesText,
  hiddenText,
  hubLinksLabel,
  ignoredNames,
  type Noted,
  noteText,
  readingText,
  toolFilesText,
} from "../core/presentation/coverage-text.ts";
import { reasonLines } from "../core/presentation/decision-text.ts";
import { hasDownload, originSentences } from "../core/presentation/origin-text.ts";
import { signedByLine } from "../core/presentation/signer-text.ts";
import { trustLabel } from "../core/presentation/unknown-signer.ts";
import { verdictLabel } from "../core/presentation/verdict-labels.ts";
import type { Verdict } from "../core/verdict.ts";
import { COMMANDS, type CommandId } from "../platform/ids.ts";
import { escapeMarkdown } from "../platform/markdown-text.ts";
import type { KnownModel } from "../workspace/registry.ts";
import { EDITOR } from "./localizer.ts";
import { modelDescription, modelName, modelSentence } from "./model-text.ts";

/** Files named in a hover; the tree has them all. */
const FILES_SHOWN = 5;

/** Commands that a hover may run. */
const ENABLED: readonly CommandId[] = [
  COMMANDS.showModel,
  COMMANDS.showSignature,
  COMMANDS.verifyModel,
  COMMANDS.signModel,
  COMMANDS.copyReportAsMarkdown,
  COMMANDS.compare,
  COMMANDS.trustSigner,
  COMMANDS.checkOrigin,
  COMMANDS.ignorePath,
  COMMANDS.showOrigin,
];

/** Markdown of paragraphs in which text of others is escaped. Its links may run the commands above. */
export function hoverMarkdown(paragraphs: readonly string[]): MarkdownString {
  const markdown = new MarkdownString(paragraphs.join("\n\n"), false);
  markdown.isTrusted = { enabledCommands: ENABLED };
  return markdown;
}

/** A title and lines of plain text. */
export function hoverText(title: string, lines: readonly string[]): string {
  return [`**${escapeMarkdown(title)}**`, ...lines.map(escapeMarkdown)].join("  \n");
}

/** @param model absolute path */
export function commandLink(text: string, command: CommandId, model: string): string {
  // A parenthesis would end the address of a Markdown link.
  const argument = encodeURIComponent(JSON.stringify([model]))
    .replaceAll("(", "%28")
    .replaceAll(")", "%29");
  return `[${escapeMarkdown(text)}](command:${command}?${argument})`;
}

/** The hover of a model: verdict, differing files, signer, reasons, coverage, and actions. */
export function modelHover(model: KnownModel, origin?: OriginReport): MarkdownString {
  const { verdict } = model;
  const look = verdictLabel(verdict, l10n.t);
  const lines = [
    ...differences(verdict),
    ...outdated(model),
    ...who(verdict),
    ...reasonLines(verdict, l10n.t),
    ...how(model),
    ...(origin === undefined
      ? []
      : originSentences(origin, l10n.t).map(({ text, caution }) => (caution ? `⚠ ${text}` : text))),
  ];
  const title = `${look.mark} ${look.label} · ${modelName(model)}`;
  return hoverMarkdown([hoverText(title, lines), actions(model, origin).join(" · ")]);
}

function differences(verdict: Verdict): string[] {
  const { comparison } = verdict;
  if (verdict.state !== "modified" || comparison === undefined) return [];
  const all = [
    ...firstChangedFiles(comparison, FILES_SHOWN).map(({ name, parts }) =>
      parts.every(isUndownloaded) ? l10n.t("Not downloaded: {0}", name) : l10n.t("Changed: {0}", noted(name, parts[0])),
    ),
    ...comparison.missing.slice(0, FILES_SHOWN).map((file) => l10n.t("Missing: {0}", noted(file.name, file))),
    ...unknownFirst(comparison.added)
      .slice(0, FILES_SHOWN)
      .map((file) => l10n.t("Added: {0}", noted(file.name, file))),
  ].slice(0, FILES_SHOWN);
  const more = changedFileCount(comparison) + comparison.missing.length + comparison.added.length - all.length;
  const summary = isOnlyToolFiles(comparison) ? [toolFilesText(comparison, l10n.t)] : [];
  return [...summary, ...all, ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])];
}

/** Notes that the reasons of the verdict explain in full. */
const IN_REASONS: ReadonlySet<string> = new Set(["lfs-not-downloaded", "lfs-pointer", "line-endings"]);

/** The name, and what the file is, where that is known. */
function noted(name: string, file: Noted | undefined): string {
  const note = file?.note;
  return note === undefined || IN_REASONS.has(note) ? name : `${name} (${noteText(note, l10n.t)})`;
}

/** Why the verdict is outdated, and what it was. */
function outdated(model: KnownModel): string[] {
  if (model.verdict.state !== "stale") return [];
  return [modelSentence(model), l10n.t("Last known: {0}", modelDescription(model))];
}

function who({ signer }: Verdict): string[] {
  return signer === undefined ? [] : [signedByLine(signer, EDITOR, { quote: (text) => text, exact: false })];
}

function how(model: KnownModel): string[] {
  const { verdict } = model;
  if (verdict.state === "checking") return [modelDescription(model)];
  if (verdict.coverage === undefined) {
    return verdict.signer === undefined ? [] : [l10n.t("Only the signature was checked, no file was read")];
  }
  const { hidden, hubLinks = [] } = verdict.coverage;
  const excluded = ignoredNames(verdict.coverage);
  const read = `${filesText(verdict.coverage, l10n.t)} · ${readingText(verdict, EDITOR)}`;
  return [
    read,
    ...(excluded.length === 0 ? [] : [l10n.t("Excluded: {0}", excluded.join(", "))]),
    ...(hubLinks.length === 0 ? [] : [hubLinksLabel(hubLinks, l10n.t)]),
    ...(hidden === undefined ? [] : [`⚠ ${hiddenText(hidden, FILES_SHOWN, l10n.t)}`]),
  ];
}

function actions({ verdict, path }: KnownModel, origin: OriginReport | undefined): string[] {
  const trust = trustLabel(verdict, l10n.t);
  const canIgnore = isToolFilesOnly(verdict) && workspace.isTrusted;
  const link = (text: string, command: CommandId): string => commandLink(text, command, path);
  const record =
    origin !== undefined && hasDownload(origin) ? [link(l10n.t("Show Download Record"), COMMANDS.showOrigin)] : [];
  if (verdict.signature === undefined) {
    const check = link(l10n.t("Check Against Download Record"), COMMANDS.checkOrigin);
    const isCompared = origin?.origin?.files.unchecked === undefined;
    return [link(l10n.t("Sign Model"), COMMANDS.signModel), ...record, ...(isCompared ? [] : [check])];
  }
  return [
    ...(trust === undefined ? [] : [link(trust, COMMANDS.trustSigner)]),
    link(l10n.t("Show Signature"), COMMANDS.showSignature),
    ...(canIgnore ? [link(l10n.t("Ignore…"), COMMANDS.ignorePath)] : []),
    ...(verdict.state === "modified" ? [link(l10n.t("Compare"), COMMANDS.compare)] : []),
    link(l10n.t("Verify Again"), COMMANDS.verifyModel),
    link(l10n.t("Copy Report"), COMMANDS.copyReportAsMarkdown),
    ...record,
  ];
}
