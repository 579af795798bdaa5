import { changedFileCount, undownloadedFileCount } from "../manifest/changed-files.ts";
import type { AddedEntry, ChangedResource, Comparison, MissingResource } from "../manifest/comparison.ts";
import { isOnlyToolFiles, unknownFirst } from "../manifest/innocent-differences.ts";
import type { HiddenContent, IgnoreSource } from "../model/file-list.ts";
import type { WeightParts } from "../model/weight-parts.ts";
import type { Coverage, Verdict } from "../verdict.ts";
import { bytesText } from "./bytes-and-time.ts";
import type { Localizer, Translate } from "./localizer.ts";

/** `2 changed, 1 missing, 1 added`: files, however many of their shards. Empty when nothing differs. */
export function differencesText(comparison: Comparison, t: Translate): string {
  if (isOnlyToolFiles(comparison)) return toolFilesText(comparison, t);
  const waiting = undownloadedFileCount(comparison);
  const changed = changedFileCount(comparison) - waiting;
  const { length: missing } = comparison.missing;
  const { length: added } = comparison.added;
  return [
    ...(waiting === 0 ? [] : [t("{0} not downloaded", waiting)]),
    ...(changed === 0 ? [] : [t("{0} changed", changed)]),
    ...(missing === 0 ? [] : [t("{0} missing", missing)]),
    ...(added === 0 ? [] : [t("{0} added", added)]),
  ].join(", ");
}

/** The same in a sentence: one file by its name, several by their number. */
export function differencesPhrase(comparison: Comparison, t: Translate): string {
  return differingCount(comparison) > 1 ? differencesText(comparison, t) : firstPhrase(comparison, t);
}

/** The first file that differs, and how many more do: "model.safetensors changed, and 2 more". */
export function firstDifferencePhrase(comparison: Comparison, t: Translate): string {
  const phrase = firstPhrase(comparison, t);
  const more = differingCount(comparison) - 1;
  return more > 0 ? t("{0}, and {1} more", phrase, more) : phrase;
}

function differingCount(comparison: Comparison): number {
  return changedFileCount(comparison) + comparison.missing.length + comparison.added.length;
}

function firstPhrase({ changed: [changed], missing: [missing], added: all }: Comparison, t: Translate): string {
  const [added] = unknownFirst(all);
  if (changed?.note === "lfs-not-downloaded") return t("{0} not downloaded", changed.name);
  if (changed !== undefined) return t("{0} changed", changed.name);
  if (missing !== undefined) return t("{0} missing", missing.name);
  return added === undefined ? "" : t("{0} added", added.name);
}

/** `signed files unchanged; 10 files added by tools`. */
export function toolFilesText({ added }: Comparison, t: Translate): string {
  return added.length === 1
    ? t("signed files unchanged; 1 file added by tools")
    : t("signed files unchanged; {0} files added by tools", added.length);
}

/** A differing file, as far as its note is concerned. */
export type Noted = Pick<ChangedResource | AddedEntry | MissingResource, "note">;

type Note = NonNullable<Noted["note"]> | "ignored";

const NOTES: Readonly<Record<Note, (t: Translate) => string>> = {
  shorter: (t) => t("shorter than signed"),
  longer: (t) => t("longer than signed"),
  symlink: (t) => t("a symbolic link"),
  special: (t) => t("not a regular file"),
  "not-utf8": (t) => t("its name is not UTF-8"),
  "not-portable": (t) => t("its name cannot be signed"),
  ignored: (t) => t("excluded from this check"),
  "lfs-not-downloaded": (t) => t("a Git LFS pointer, content not downloaded"),
  "lfs-pointer": (t) => t("a Git LFS pointer to other content"),
  "line-endings": (t) => t("differs only in line endings (Git autocrlf)"),
  huggingface: (t) => t("download record of Hugging Face"),
  macos: (t) => t("folder view of macOS"),
  windows: (t) => t("folder view of Windows"),
  jupyter: (t) => t("checkpoint of Jupyter"),
  "partial-download": (t) => t("an unfinished download"),
  aria2: (t) => t("control file of an unfinished aria2 download"),
  dvc: (t) => t("a DVC pointer, content kept elsewhere"),
  lock: (t) => t("a lock file"),
  "weights-part": (t) => t("part of the weights, named by their index"),
};

/** Why a file differs, what it is, or why it cannot be signed. */
export function noteText(note: Note, t: Translate): string {
  return NOTES[note](t);
}

/** `1 of 3 parts covered; model-00002-of-00003.gguf is not`: weights in several files. */
export function partlyText({ total, covered, uncovered }: WeightParts, t: Translate): string {
  const [first = ""] = uncovered;
  const more = total - covered - 1;
  return more === 0
    ? t("{0} of {1} parts covered; {2} is not", covered, total, first)
    : t("{0} of {1} parts covered; {2} and {3} more are not", covered, total, first, more);
}

const IGNORED_BY: Readonly<Record<IgnoreSource, (t: Translate) => string>> = {
  signer: (t) => t("excluded by the signer"),
  default: (t) => t("excluded by default"),
  caller: (t) => t("excluded by you"),
  signature: (t) => t("the signature itself"),
};

/** Who excluded a file. */
export function ignoredByText(source: IgnoreSource, t: Translate): string {
  return IGNORED_BY[source](t);
}

/** Names of ignored files, without the signature itself. */
export function ignoredNames({ ignored }: Coverage): readonly string[] {
  return ignored.filter(({ source }) => source !== "signature").map(({ name }) => name);
}

/** `14 files, 16.1 GB`: what the signature covers. */
export function filesText({ files, bytes }: Coverage, t: Translate): string {
  return files === 1 ? t("1 file, {0}", bytesText(bytes)) : t("{0} files, {1}", files, bytesText(bytes));
}

/** How the verdict was reached, and when: "every byte read, 14:02". */
export function readingText(verdict: Verdict, { t, time }: Localizer): string {
  return timed(verdict.reading === "cached" ? t("partly from earlier checks") : t("every byte read"), verdict, time);
}

/** A shorter form of {@link readingText}. */
export function shortReadingText(verdict: Verdict, { t, time }: Localizer): string {
  return timed(verdict.reading === "cached" ? t("cached") : t("all read"), verdict, time);
}

function timed(text: string, { checkedAt }: Verdict, time: Localizer["time"]): string {
  return checkedAt === undefined ? text : `${text}, ${time(checkedAt)}`;
}

/** Label for files that were read through links of a Hugging Face cache. */
export function hubLinksLabel(names: readonly string[], t: Translate): string {
  return t("Read through links of the Hugging Face cache ({0})", names.length);
}

/** Label for files below the default ignore paths that are not git's own; `3+` if the search was incomplete. */
export function hiddenLabel({ count, complete }: HiddenContent, t: Translate): string {
  return t("Excluded by default, not git's own ({0})", complete ? String(count) : `${count}+`);
}

/** The same with the first `shown` names. */
export function hiddenText(hidden: HiddenContent, shown: number, t: Translate): string {
  const names = hidden.names.slice(0, shown);
  const more = hidden.count - names.length;
  const named = `${hiddenLabel(hidden, t)}: ${names.join(", ")}`;
  return more > 0 ? `${named} ${t("… and {0} more", more)}` : named;
}
