import { basename, dirname, relative, sep } from "node:path";
import { l10n } from "vscode";
import { isUndownloaded } from "../../core/manifest/changed-files.ts";
import type { ChangedResource, Comparison } from "../../core/manifest/comparison.ts";
import { unknownFirst } from "../../core/manifest/innocent-differences.ts";
import type { HiddenContent } from "../../core/model/file-list.ts";
import type { OriginReport } from "../../core/origin/origin.ts";
import { utcMinutes } from "../../core/presentation/bytes-and-time.ts";
import {
  filesText,
  hiddenLabel,
  hubLinksLabel,
  ignoredNames,
  type Noted,
  noteText,
  partlyText,
  readingText,
} from "../../core/presentation/coverage-text.ts";
import { reasonLines } from "../../core/presentation/decision-text.ts";
import type { Localizer } from "../../core/presentation/localizer.ts";
import { claimText, originSentences } from "../../core/presentation/origin-text.ts";
import { signedByLine } from "../../core/presentation/signer-text.ts";
import { verdictLabel } from "../../core/presentation/verdict-labels.ts";
import type { Coverage, Verdict } from "../../core/verdict.ts";
import type { Signer } from "../../core/verification/signer.ts";
import { codeSpan } from "../../platform/markdown-text.ts";
import { type KnownModel, settledVerdict } from "../../workspace/registry.ts";
import { EDITOR } from "../localizer.ts";
import { modelName } from "../model-text.ts";

/** The reader may be in another time zone. */
const LOCALIZER: Localizer = {
  ...EDITOR,
  time: (time) => (Number.isNaN(Date.parse(time)) ? codeSpan(time) : utcMinutes(time)),
};

/** Names in one list; the JSON has all. */
const NAMES_LISTED = 100;

/**
 * Returns the verdict on a model in Markdown. Text from a bundle or a disk is in code spans, so that pasting it runs,
 * links and mentions nothing. The path is relative to the workspace, whose location stays private.
 */
export function modelReport(model: KnownModel, origin?: OriginReport): string {
  const verdict = settledVerdict(model);
  const look = verdictLabel(verdict, l10n.t);
  const lines = [
    ...(verdict.comparison === undefined ? [] : differenceList(verdict.comparison)),
    ...who(verdict.signer),
    ...list(l10n.t("Reasons"), reasonLines(verdict, l10n.t).map(codeSpan)),
    ...how(verdict),
    ...digest(verdict),
    ...(origin === undefined ? [] : originLists(origin)),
    item(l10n.t("Model: {0}", codeSpan(pathInWorkspace(model)))),
  ];
  return [`### ${look.mark} ${look.label}: ${codeSpan(modelName(model))}`, "", ...lines, ""].join("\n");
}

function originLists(origin: OriginReport): string[] {
  const sentences = originSentences(origin, l10n.t).map(({ text }) => codeSpan(text));
  return [
    ...list(l10n.t("Download record"), sentences),
    ...list(
      l10n.t("Claims of its files, not verified"),
      origin.claims.map((claim) => codeSpan(claimText(claim, l10n.t))),
    ),
  ];
}

export function item(text: string, depth = 0): string {
  return `${"  ".repeat(depth)}- ${text}`;
}

function pathInWorkspace({ path, folder }: KnownModel): string {
  if (folder === undefined) return basename(path);
  return relative(dirname(folder), path).split(sep).join("/");
}

export interface DifferenceTitles {
  readonly missing: string;
  readonly added: string;
}

/** Returns list items with the files that differ, each file once. */
export function differenceList(
  comparison: Comparison,
  titles: DifferenceTitles = { missing: l10n.t("Missing"), added: l10n.t("Added") },
): string[] {
  const { missing, added } = comparison;
  const differing = comparison.changed.filter(({ name }, index, all) => all[index - 1]?.name !== name);
  const changed = differing.filter((change) => !isUndownloaded(change));
  const waiting = differing.filter(isUndownloaded);
  const titled = (title: string, count: number): string => l10n.t("{0} ({1})", title, count);
  return [
    ...list(titled(l10n.t("Not downloaded"), waiting.length), waiting.map(noted)),
    ...list(titled(l10n.t("Changed"), changed.length), changed.map(changedText)),
    ...list(titled(titles.missing, missing.length), missing.map(noted)),
    ...list(titled(titles.added, added.length), unknownFirst(added).map(noted)),
  ];
}

/** The name, and what the file is, where that is known. */
function noted({ name, note }: Noted & { readonly name: string }): string {
  return note === undefined ? codeSpan(name) : `${codeSpan(name)}: ${noteText(note, l10n.t)}`;
}

export function list(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const more = entries.length - NAMES_LISTED;
  return [
    item(title),
    ...entries.slice(0, NAMES_LISTED).map((entry) => item(entry, 1)),
    ...(more > 0 ? [item(l10n.t("… and {0} more", more), 1)] : []),
  ];
}

function changedText(change: ChangedResource): string {
  const { expected, found } = change;
  if (expected === undefined || found === undefined) return noted(change);
  return l10n.t("{0}: expected {1}, found {2}", noted(change), codeSpan(expected), codeSpan(found));
}

function who(signer: Signer | undefined): string[] {
  if (signer === undefined) return [];
  const log =
    signer.method === "sigstore"
      ? [item(l10n.t("Log: {0}, entry {1}", codeSpan(signer.log.url), codeSpan(signer.log.index)))]
      : [];
  return [item(signedByLine(signer, LOCALIZER, { quote: codeSpan, exact: true })), ...log];
}

function how(verdict: Verdict): string[] {
  const { coverage, checkedAt, signer } = verdict;
  if (coverage !== undefined) {
    const partly = (coverage.partly ?? []).map((parts) => item(codeSpan(partlyText(parts, l10n.t))));
    return [
      item(`${filesText(coverage, l10n.t)}, ${readingText(verdict, LOCALIZER)}`),
      ...partly,
      ...excluded(coverage),
    ];
  }
  if (signer === undefined) return [];
  const when = checkedAt === undefined ? "" : `, ${LOCALIZER.time(checkedAt)}`;
  return [item(l10n.t("Only the signature was verified, no file was read") + when)];
}

function excluded(coverage: Coverage): string[] {
  const { hidden, hubLinks = [], unsigned } = coverage;
  const names = ignoredNames(coverage).map(codeSpan);
  return [
    ...list(l10n.t("Excluded ({0})", names.length), names),
    ...list(hubLinksLabel(hubLinks, l10n.t), hubLinks.map(codeSpan)),
    ...(hidden === undefined ? [] : hiddenList(hidden)),
    ...list(l10n.t("Not signed, allowed ({0})", unsigned.length), unsigned.map(codeSpan)),
  ];
}

function hiddenList(hidden: HiddenContent): string[] {
  const rest = hidden.complete ? [] : [l10n.t("the list is incomplete")];
  return list(hiddenLabel(hidden, l10n.t), [...hidden.names.map(codeSpan), ...rest]);
}

function digest({ rootDigest }: Verdict): string[] {
  return rootDigest === undefined ? [] : [item(l10n.t("Root digest: {0}", codeSpan(`sha256:${rootDigest}`)))];
}
