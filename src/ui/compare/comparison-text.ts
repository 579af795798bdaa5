import { l10n } from "vscode";
import type { Differences, FileDifference, FileSide, Part } from "../../core/manifest/differences.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { noteText } from "../../core/presentation/coverage-text.ts";
import { plainText } from "../../platform/plain-text.ts";
import { EDITOR } from "../localizer.ts";

/**
 * Files that are listed of those that changed, of those that are missing, and of those that were added: as many as the
 * editor still compares line by line, and more than anybody reads.
 */
export const FILES_LISTED = 300;

/** What the disk says of a file now. */
export interface FileOnDisk {
  /** Bytes. */
  readonly size: number;
  /** RFC 3339. */
  readonly writtenAt: string;
}

export interface ComparisonText {
  readonly left: string;
  readonly right: string;
}

export interface ComparisonParts {
  /** The first lines of each side; those that are the same stand side by side. */
  readonly head: { readonly left: readonly string[]; readonly right: readonly string[] };
  readonly differences: Differences;
  readonly titles: Readonly<Record<keyof Differences, string>>;
  readonly algorithm: string;
  /** Of the files that are listed, as far as they are there. */
  readonly disk: ReadonlyMap<string, FileOnDisk>;
}

/**
 * Both sides of a comparison. A file is a few short lines and not one long: a digest does not fit beside a name in half
 * a window. Files that changed come first and have as many lines on both sides: they stay side by side, whatever the
 * editor finds to be the difference.
 */
export function comparisonText({ head, differences, titles, algorithm, disk }: ComparisonParts): ComparisonText {
  const left = [...head.left];
  const right = [...head.right];
  const groups = [
    [titles.changed, differences.changed],
    [titles.missing, differences.missing],
    [titles.added, differences.added],
  ] as const;
  for (const [title, files] of groups) {
    if (files.length === 0) continue;
    const heading = l10n.t("{0} ({1})", title, files.length);
    left.push("", heading);
    right.push("", heading);
    const listed = files.slice(0, FILES_LISTED);
    for (const file of listed) {
      if (file.signed !== undefined) left.push(...signedLines(file, file.signed, algorithm));
      if (file.found !== undefined) right.push(...foundLines(file, file.found, algorithm, disk.get(file.name)));
    }
    if (listed.length < files.length) {
      const more = `  ${l10n.t("… and {0} more: Copy Report as JSON has all", files.length - listed.length)}`;
      left.push(more);
      right.push(more);
    }
  }
  return { left: left.join("\n"), right: right.join("\n") };
}

/** The files that are listed. */
export function listedFiles({ changed, missing, added }: Differences): readonly FileDifference[] {
  return [changed, missing, added].flatMap((files) => files.slice(0, FILES_LISTED));
}

function signedLines(file: FileDifference, side: FileSide, algorithm: string): string[] {
  const size = side.size === undefined ? l10n.t("not recorded") : sizeText(side.size);
  const about = [...(file.note === "ignored" ? [l10n.t("left out of this check: it may exist")] : [])];
  return block(file.name, side.parts, algorithm, [
    row(l10n.t("size"), size),
    ...(file.found === undefined ? [] : [row(l10n.t("written"), l10n.t("not recorded"))]),
    ...about.map((text) => row(l10n.t("note"), text)),
  ]);
}

function foundLines(file: FileDifference, side: FileSide, algorithm: string, disk: FileOnDisk | undefined): string[] {
  const unknown = l10n.t("not known");
  return block(file.name, side.parts, algorithm, [
    row(l10n.t("size"), disk === undefined ? unknown : sizeText(disk.size)),
    row(l10n.t("written"), disk === undefined ? unknown : EDITOR.time(disk.writtenAt)),
    ...(file.note === undefined ? [] : [row(l10n.t("note"), noteText(file.note, l10n.t))]),
  ]);
}

function block(name: string, parts: readonly Part[], algorithm: string, facts: readonly string[]): string[] {
  return [`  ${plainText(name)}`, ...parts.map((part) => partLine(part, algorithm)), ...facts];
}

function partLine({ range, digest }: Part, algorithm: string): string {
  const text = digest ?? l10n.t("not there");
  const bytes = range === undefined ? "" : `  ${l10n.t("(bytes {0} to {1})", range.start, range.end)}`;
  return row(algorithm, text + bytes);
}

function row(label: string, text: string): string {
  return `    ${label.padEnd(8)}${text}`;
}

function sizeText(bytes: number): string {
  return bytes < 1000 ? bytesText(bytes) : l10n.t("{0} ({1} bytes)", bytesText(bytes), bytes);
}
