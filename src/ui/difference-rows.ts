import { join } from "node:path";
import { l10n, Uri, workspace } from "vscode";
import { changedFileCount, firstChangedFiles, isUndownloaded } from "../core/manifest/changed-files.ts";
import type { ChangedResource, MissingResource } from "../core/manifest/comparison.ts";
import { isOnlyToolFiles, unknownFirst } from "../core/manifest/innocent-differences.ts";
import { noteText } from "../core/presentation/coverage-text.ts";
import type { Verdict } from "../core/verdict.ts";
import { COMMANDS } from "../platform/ids.ts";
import { plainText } from "../platform/plain-text.ts";
import { LISTED, listRow, type Row } from "./rows.ts";

/** Parts of one file that its tooltip names. */
const PARTS_SHOWN = 8;

/** The files that differ from the signature, with expected and found digests. */
export function differenceRows(root: string, { comparison }: Verdict): readonly Row[] {
  if (comparison === undefined) return [];
  const { missing, added } = comparison;
  const opened = (name: string): Partial<Row> => ({ icon: "file", opens: Uri.file(join(root, name)) });
  const undownloaded = { ...comparison, changed: comparison.changed.filter(isUndownloaded) };
  const others = { ...comparison, changed: comparison.changed.filter((change) => !isUndownloaded(change)) };
  const waiting = changedFileCount(undownloaded);
  const changed = changedFileCount(others);
  const expanded = true;
  return [
    ...listRow(
      { id: "undownloaded", label: l10n.t("Not downloaded ({0})", waiting), icon: "cloud-download", expanded },
      firstChangedFiles(undownloaded, LISTED),
      ({ name }) => ({ ...opened(name), description: noteText("lfs-not-downloaded", l10n.t) }),
      waiting,
    ),
    ...listRow(
      { id: "changed", label: l10n.t("Changed ({0})", changed), icon: "diff-modified", colour: "red", expanded },
      firstChangedFiles(others, LISTED),
      ({ name, parts }) => ({
        ...opened(name),
        description: changeText(parts),
        tooltip: changeTooltip(name, parts),
      }),
      changed,
    ),
    ...listRow(
      { id: "missing", label: l10n.t("Missing ({0})", missing.length), icon: "diff-removed", colour: "red", expanded },
      missing,
      (file) => ({ icon: "file", description: missingText(file) }),
    ),
    ...listRow(
      {
        id: "added",
        icon: "diff-added",
        expanded,
        ...(isOnlyToolFiles(comparison)
          ? addedByTools(root, added.length)
          : { label: l10n.t("Added ({0})", added.length), colour: "red" as const }),
      },
      unknownFirst(added),
      ({ name, note }) => ({
        ...opened(name),
        description: note === undefined ? l10n.t("not signed") : l10n.t("not signed: {0}", noteText(note, l10n.t)),
      }),
    ),
  ];
}

/** No alarm: the row offers to have a policy ignore the files. */
function addedByTools(root: string, count: number): Pick<Row, "label" | "colour" | "description" | "command"> {
  const label = l10n.t("Added by tools ({0})", count);
  if (!workspace.isTrusted) return { label, colour: "amber" };
  const title = l10n.t("Ignore…");
  return {
    label,
    colour: "amber",
    description: title,
    command: { command: COMMANDS.ignorePath, title, arguments: [root] },
  };
}

function missingText({ ignored, note }: MissingResource): string {
  if (ignored) return l10n.t("signed, but excluded from this check");
  return note === undefined
    ? l10n.t("signed, but missing")
    : l10n.t("signed, but missing: {0}", noteText(note, l10n.t));
}

function changeText(parts: readonly ChangedResource[]): string {
  const [change] = parts;
  if (change === undefined) return "";
  if (change.note !== undefined) return noteText(change.note, l10n.t);
  if (parts.length > 1) return l10n.t("{0} parts differ", parts.length);
  if (change.found === undefined || change.expected === undefined) return l10n.t("other content");
  return l10n.t("expected {0}, found {1}", start(change.expected), start(change.found));
}

/** Enough to see that two digests differ; the tooltip has them in full. */
function start(hex: string): string {
  return `${hex.slice(0, 4)}…`;
}

function changeTooltip(name: string, parts: readonly ChangedResource[]): string {
  const lines = parts
    .slice(0, PARTS_SHOWN)
    .flatMap(({ range, expected, found, note }) => [
      ...(range === undefined ? [] : [l10n.t("Bytes {0} to {1}:", range.start, range.end)]),
      ...(note === undefined ? [] : [noteText(note, l10n.t)]),
      ...(expected === undefined ? [] : [l10n.t("Expected {0}", expected)]),
      ...(found === undefined ? [] : [l10n.t("Found {0}", found)]),
    ]);
  const left = parts.length - PARTS_SHOWN;
  return [plainText(name), ...lines, ...(left > 0 ? [l10n.t("… and {0} more", left)] : [])].join("\n");
}
