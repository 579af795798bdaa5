import { join } from "node:path";
import { l10n, Uri } from "vscode";
import { changedFileCount, firstChangedFiles } from "../core/manifest/changed-files.ts";
import type { ChangedResource, MissingResource } from "../core/manifest/comparison.ts";
import { isOnlyToolFiles } from "../core/manifest/innocent-differences.ts";
import { noteText } from "../core/presentation/coverage-text.ts";
import type { Verdict } from "../core/verdict.ts";
import { plainText } from "../platform/plain-text.ts";
import type { Row } from "./tree-nodes.ts";

/** Listed files of one kind; each is a row that the window keeps in memory. */
const FILES_SHOWN = 500;
/** Parts of one file that its tooltip names. */
const PARTS_SHOWN = 8;

/** The files that differ from the signature, with expected and found digests. */
export function differenceRows(root: string, { comparison }: Verdict): readonly Row[] {
  if (comparison === undefined) return [];
  const open = (name: string): Uri => Uri.file(join(root, name));
  const addedColour = isOnlyToolFiles(comparison) ? "amber" : "red";
  const waiting = { ...comparison, changed: comparison.changed.filter(isUndownloaded) };
  const others = { ...comparison, changed: comparison.changed.filter((change) => !isUndownloaded(change)) };
  const changed = firstChangedFiles(others, FILES_SHOWN);
  const count = changedFileCount(others);
  const waitingCount = changedFileCount(waiting);
  return [
    ...group(
      { id: "undownloaded", label: l10n.t("Not downloaded ({0})", waitingCount), icon: "cloud-download" },
      firstChangedFiles(waiting, FILES_SHOWN),
      ({ name }) => ({ opens: open(name), description: noteText("lfs-not-downloaded", l10n.t) }),
      waitingCount,
    ),
    ...group(
      { id: "changed", label: l10n.t("Changed ({0})", count), icon: "diff-modified", colour: "red" },
      changed,
      ({ name, parts }) => ({ opens: open(name), description: changeText(parts), tooltip: changeTooltip(name, parts) }),
      count,
    ),
    ...group(
      { id: "missing", label: l10n.t("Missing ({0})", comparison.missing.length), icon: "diff-removed", colour: "red" },
      comparison.missing,
      (file) => ({ description: missingText(file) }),
    ),
    ...group(
      { id: "added", label: l10n.t("Added ({0})", comparison.added.length), icon: "diff-added", colour: addedColour },
      comparison.added,
      (file) => ({
        opens: open(file.name),
        description:
          file.note === undefined ? l10n.t("not signed") : l10n.t("not signed: {0}", noteText(file.note, l10n.t)),
      }),
    ),
  ];
}

function isUndownloaded({ note }: ChangedResource): boolean {
  return note === "lfs-not-downloaded";
}

function missingText({ ignored, note }: MissingResource): string {
  if (ignored) return l10n.t("signed, but excluded from this check");
  return note === undefined
    ? l10n.t("signed, but missing")
    : l10n.t("signed, but missing: {0}", noteText(note, l10n.t));
}

function group<T extends { readonly name: string }>(
  heading: Pick<Row, "id" | "label" | "icon" | "colour">,
  files: readonly T[],
  row: (file: T) => Partial<Row>,
  count = files.length,
): Row[] {
  if (files.length === 0) return [];
  const { id } = heading;
  const children: Row[] = files.slice(0, FILES_SHOWN).map((file) => {
    const name = plainText(file.name);
    const more = row(file);
    const tooltip = more.tooltip ?? [name, more.description ?? ""].join("\n");
    return { id: `${id}:${file.name}`, icon: "file", label: name, ...more, tooltip };
  });
  const left = count - children.length;
  if (left > 0) children.push({ id: `${id}:more`, icon: "ellipsis", label: l10n.t("… and {0} more", left) });
  return [{ ...heading, children, expanded: true }];
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
