import type { ProvenanceError } from "../../errors.ts";
import { createDigest } from "../../hashing/algorithms.ts";
import type { Matching } from "../../manifest/compare.ts";
import type { ChangeNote, Comparison } from "../../manifest/comparison.ts";
import type { Manifest, Resource } from "../../manifest/manifest.ts";
import type { FileList } from "../../model/file-list.ts";
import { type LfsPointer, readLfsPointer } from "../../model/git-lfs-pointer.ts";
import { isIgnored } from "../../model/is-ignored.ts";
import { readListed } from "../../model/listed-content.ts";
import { leftoverOf, leftoverTarget, missingParts } from "../../model/partial-download.ts";
import { TimeSlices } from "../../model/time-slices.ts";
import { toolOf } from "../../model/tool-files.ts";
import { bytesText } from "../../presentation/bytes-and-time.ts";
import type { Reason } from "../../verdict.ts";

/** Bytes of one text whose line ends are compared, and of all of them. */
const MAX_TEXT = 40 * 1024 * 1024;
const MAX_TEXTS = 80 * 1024 * 1024;
/** Names in the details of a reason. */
const NAMES = 10;

export interface ComparedModel {
  readonly manifest: Manifest;
  readonly matching: Matching;
  readonly list: FileList;
}

/** What differs with its cause, as far as one is known. No cause makes a difference none. */
export interface ExplainedComparison {
  readonly comparison: Comparison;
  readonly reasons: readonly Reason[];
}

/**
 * Looks for causes other than tampering of what differs: content that was never fetched, converted line ends, files of
 * tools. A cause goes by the content of the file as it was listed, never by a name alone.
 *
 * @throws ProvenanceError CANCELLED
 */
export async function explainChanges(
  comparison: Comparison,
  model: ComparedModel,
  signal?: AbortSignal,
): Promise<ExplainedComparison> {
  if (comparison.matches) return { comparison, reasons: [] };
  const slices = new TimeSlices(signal);
  const causes = await causesOfChanges(comparison, model, slices);
  const noted = await withAddedNotes(comparison, model.list, slices);
  const changed = noted.changed.map((change) => {
    const note = causes.get(change.name)?.note;
    return note === undefined ? change : { ...change, note };
  });
  return { comparison: { ...noted, changed }, reasons: reasonsFor(causes, model) };
}

interface Cause {
  readonly note: Extract<ChangeNote, "lfs-not-downloaded" | "lfs-pointer" | "line-endings">;
  readonly pointer?: LfsPointer;
}

async function causesOfChanges(
  comparison: Comparison,
  { manifest, matching }: ComparedModel,
  slices: TimeSlices,
): Promise<ReadonlyMap<string, Cause>> {
  const names = new Set(comparison.changed.map(({ name }) => name));
  const changed = matching.present.filter(({ file }) => names.has(file.name));
  const digest = changed.length === 0 ? undefined : await createDigest(manifest.serialization.algorithm);
  const causes = new Map<string, Cause>();
  let texts = 0;
  for (const { file, resources } of changed) {
    const pointer = readLfsPointer(file);
    if (pointer !== undefined) {
      const isSame = mayBeSigned(pointer, resources, manifest);
      causes.set(file.name, { note: isSame ? "lfs-not-downloaded" : "lfs-pointer", pointer });
    } else if (digest !== undefined && texts + file.size <= MAX_TEXTS) {
      texts += Math.min(file.size, MAX_TEXT);
      const other = withOtherLineEndings(readListed(file, MAX_TEXT));
      if (other !== undefined && isWhole(resources, other.length) && digest.whole(other) === resources[0]?.digest) {
        causes.set(file.name, { note: "line-endings" });
      }
    }
    if (slices.isOver()) await slices.next();
  }
  return causes;
}

/** Whether the signed content can be the pointer's: its digest says so, or can say nothing. */
function mayBeSigned({ oid, size }: LfsPointer, resources: readonly Resource[], { serialization }: Manifest): boolean {
  const signedSize = resources.at(-1)?.range?.end;
  if (signedSize !== undefined && signedSize !== size) return false;
  if (serialization.algorithm !== "sha256" || !isWhole(resources, size)) return true;
  return resources[0]?.digest === oid;
}

/** Whether there is one digest, over a whole file of that size. */
function isWhole(resources: readonly Resource[], size: number): boolean {
  const [only, ...others] = resources;
  return only !== undefined && others.length === 0 && (only.range === undefined || only.range.end === size);
}

/** What each added file is, and what is there in place of a missing one. */
async function withAddedNotes(comparison: Comparison, list: FileList, slices: TimeSlices): Promise<Comparison> {
  const { added, missing } = comparison;
  if (added.length === 0 && missing.length === 0) return comparison;
  const files = new Map(list.files.map((file) => [file.name, file]));
  const instead = new Map<string, NonNullable<Comparison["missing"][number]["note"]>>();
  if (missing.length > 0) for (const { name } of missingParts(list.files)) instead.set(name, "weights-part");
  const noted: Comparison["added"][number][] = [];
  for (const entry of added) {
    const file = entry.note === undefined ? files.get(entry.name) : undefined;
    const tool = file && toolOf(file);
    const leftover = file === undefined || tool !== undefined ? undefined : leftoverOf(file);
    if (leftover !== undefined) instead.set(leftoverTarget(entry.name), leftover);
    const note = tool ?? leftover ?? entry.note;
    noted.push(note === undefined ? entry : { name: entry.name, note });
    if (slices.isOver()) await slices.next();
  }
  return {
    ...comparison,
    added: noted,
    missing: missing.map((entry) => {
      const note = instead.get(entry.name);
      return note === undefined || entry.ignored ? entry : { ...entry, note };
    }),
  };
}

function reasonsFor(causes: ReadonlyMap<string, Cause>, { manifest, list }: ComparedModel): Reason[] {
  const reasons: Reason[] = [];
  const named = (note: Cause["note"]) => [...causes].filter(([, cause]) => cause.note === note);
  const waiting = named("lfs-not-downloaded");
  if (waiting.length > 0) {
    const bytes = waiting.reduce((sum, [, { pointer }]) => sum + (pointer?.size ?? 0), 0);
    const what = waiting.length === 1 ? "is a Git LFS pointer" : "are Git LFS pointers";
    const text = `${what} (${bytesText(bytes)} not downloaded). Run git lfs pull.`;
    reasons.push(reason("FILE_NOT_DOWNLOADED", waiting, text, { bytes }));
  }
  const others = named("lfs-pointer");
  if (others.length > 0) {
    const what = others.length === 1 ? "is a Git LFS pointer" : "are Git LFS pointers";
    reasons.push(reason("FILE_LFS_POINTER", others, `${what} to other content than was signed.`));
  }
  const converted = named("line-endings");
  if (converted.length > 0) reasons.push(lineEndingsReason(converted, manifest, list));
  return reasons;
}

/** The line that keeps git from converting the files of a model. */
export const ATTRIBUTES_LINE = "* -text";

/** The line goes into the model's own `.gitattributes`, which a signature excludes by default (OMS 6.2). */
function lineEndingsReason(files: readonly (readonly [string, Cause])[], manifest: Manifest, list: FileList): Reason {
  const isSigned = manifest.resources.some(({ file }) => isIgnored(file, ".gitattributes"));
  const verb = files.length === 1 ? "differs" : "differ";
  const again = files.length === 1 ? "it" : "them";
  const text = `${verb} only in line endings (Git autocrlf).`;
  if (isSigned || list.kind === "file") {
    const fix = `Run "git config core.autocrlf false" and check ${again} out again.`;
    return reason("FILE_LINE_ENDINGS", files, `${text} ${fix}`);
  }
  const fix = `Put the line "${ATTRIBUTES_LINE}" into the model's .gitattributes and check ${again} out again.`;
  return reason("FILE_LINE_ENDINGS", files, `${text} ${fix}`, { line: ATTRIBUTES_LINE });
}

function reason(
  code: ProvenanceError["code"],
  files: readonly (readonly [string, Cause])[],
  text: string,
  more: Reason["details"] = {},
): Reason {
  const names = files.map(([name]) => name);
  const [first = ""] = names;
  const who = names.length === 1 ? first : `${first} and ${names.length - 1} more`;
  return { code, message: `${who} ${text}`, details: { names: names.slice(0, NAMES), count: names.length, ...more } };
}

/** Bytes at the beginning in which git looks for a NUL, which makes a file binary. */
const TEXT_PROBE = 8000;

/**
 * The same text with the line ends that git's `autocrlf` could have changed it from: LF where it has CRLF, CRLF where it
 * has LF only.
 *
 * @returns undefined for what git takes for binary, and for a text without a line end
 */
function withOtherLineEndings(bytes: Buffer | undefined): Buffer | undefined {
  if (bytes === undefined || bytes.subarray(0, TEXT_PROBE).includes(0)) return undefined;
  const text = bytes.toString("latin1");
  if (text.includes("\r\n")) return Buffer.from(text.replaceAll("\r\n", "\n"), "latin1");
  return text.includes("\n") ? Buffer.from(text.replaceAll("\n", "\r\n"), "latin1") : undefined;
}
