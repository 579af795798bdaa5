import { TOOLS } from "../../../core/model/file-notes.ts";
import { bytesText } from "../../../core/presentation/bytes-and-time.ts";
import { noteText } from "../../../core/presentation/coverage-text.ts";
import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import { FILE_STATES, type FileState } from "../../../engine/signature-view/file-states.ts";
import type { FileEntry, Findings, StateCounts } from "../../../engine/signature-view/requests.ts";
import { withPlainTexts } from "../../../platform/plain-text.ts";
import type { Fact, FileRow, Files, Tone } from "../messages.ts";
import { comparedVerdict, type DownloadSubject, type Subject } from "./subject.ts";

/** Changed shards of one file that are listed. */
const PIECES = 20;

interface StateLabel {
  readonly word: string;
  readonly plural: string;
  /** One sentence about a file in this state. */
  readonly sentence: string;
  readonly tone: Tone;
}

type StateLabels = Readonly<Record<FileState, StateLabel>>;

/** Whether both have the same files in the same states: a verdict or report that did not change has the same objects. */
export function haveSameFiles(before: Subject | DownloadSubject, now: Subject | DownloadSubject): boolean {
  const [former, latter] = [filesBasis(before), filesBasis(now)];
  return latter.every((part, index) => part === former[index]);
}

function filesBasis(subject: Subject | DownloadSubject): readonly unknown[] {
  const { summary, model, download } = subject;
  if (summary === undefined) return [model?.path, download];
  const verdict = comparedVerdict(subject);
  return [model?.path, summary, verdict?.comparison, verdict?.coverage];
}

/** Returns what was found of the files, from which the engine computes the state of each. */
export function findingsOf(subject: Subject | DownloadSubject): Findings {
  const files = subject.summary === undefined ? recordedFiles(subject) : comparedFiles(subject);
  const model = subject.model && { model: { path: subject.model.path, kind: subject.model.kind } };
  return { ...model, compared: files !== undefined, files: files ?? [] };
}

function comparedFiles(subject: Subject): FileEntry[] | undefined {
  const verdict = comparedVerdict(subject);
  if (verdict === undefined) return undefined;
  const { comparison, coverage } = verdict;
  const excluded = coverage?.ignored.filter(({ source }) => source !== "signature") ?? [];
  return [
    ...[...Map.groupBy(comparison.changed, ({ name }) => name)].map(([name, changes]) => ({
      name,
      state: "changed" as const,
      changes,
    })),
    ...comparison.missing.map((file) => ({ ...file, state: "missing" as const })),
    ...comparison.added.map((file) => ({ ...file, state: "added" as const })),
    ...(coverage?.unsigned.map((name) => ({ name, state: "unsigned" as const })) ?? []),
    ...excluded.map((file) => ({ ...file, state: "excluded" as const })),
  ];
}

function recordedFiles({ model, download }: DownloadSubject): FileEntry[] | undefined {
  const origin = download?.origin;
  if (model === undefined || origin?.basis !== "record") return undefined;
  const { changed, missing, extra, match, unchecked = [], unrecorded } = origin.files;
  return [
    ...changed.map((name) => ({ state: "changed" as const, name })),
    ...missing.map((name) => ({ state: "missing" as const, name })),
    ...extra.map((name) => ({ state: "added" as const, name })),
    ...match.map((name) => ({ state: "same" as const, name })),
    ...unchecked.map((name) => ({ state: "listed" as const, name })),
    ...unrecorded.map((name) => ({ state: "excluded" as const, name })),
  ];
}

function signatureLabels(t: Translate): StateLabels {
  return {
    same: { word: t("unchanged"), plural: t("Unchanged"), sentence: t("Matches the signature."), tone: "green" },
    listed: {
      word: t("not compared"),
      plural: t("Not compared"),
      sentence: t("Listed in the signature, not compared."),
      tone: "neutral",
    },
    changed: {
      word: t("changed"),
      plural: t("Changed"),
      sentence: t("Its content differs from what was signed."),
      tone: "red",
    },
    missing: { word: t("missing"), plural: t("Missing"), sentence: t("Signed, but missing."), tone: "red" },
    added: { word: t("added"), plural: t("Added"), sentence: t("Present, but not signed."), tone: "red" },
    unsigned: {
      word: t("not signed"),
      plural: t("Not signed"),
      sentence: t("Not signed; allowed by a policy."),
      tone: "amber",
    },
    excluded: { word: t("excluded"), plural: t("Excluded"), sentence: t("Excluded by default."), tone: "neutral" },
  };
}

/** A record proves nothing, so no state of it is green; what differs from it is amber. */
function recordLabels(t: Translate): StateLabels {
  const unrecorded: StateLabel = {
    word: t("no record"),
    plural: t("Without a record"),
    sentence: t("The download record has no digest of it."),
    tone: "neutral",
  };
  return {
    changed: {
      word: t("changed"),
      plural: t("Changed"),
      sentence: t("Differs from its download record: changed or damaged."),
      tone: "amber",
    },
    missing: {
      word: t("missing"),
      plural: t("Missing"),
      sentence: t("In the download record, but not here: not downloaded, or removed since."),
      tone: "neutral",
    },
    added: {
      word: t("not recorded"),
      plural: t("Not in the record"),
      sentence: t("The download record lists all files of the revision, and not this one."),
      tone: "amber",
    },
    same: {
      word: t("matches"),
      plural: t("Match the record"),
      sentence: t("Has the digest of the download record, which is not signed."),
      tone: "neutral",
    },
    listed: {
      word: t("not compared"),
      plural: t("Not compared"),
      sentence: t("Has the name and size of the download record. The bytes were not compared."),
      tone: "neutral",
    },
    unsigned: unrecorded,
    excluded: unrecorded,
  };
}

const TOOL_NOTES: ReadonlySet<string | undefined> = new Set(TOOLS);

/** Returns the label of a file of a signature; what a tool wrote, or was not downloaded, is no alarm. */
function signatureLabel({ state, note, changes = [], ignored, source }: FileEntry, t: Translate): StateLabel {
  const label = signatureLabels(t)[state];
  if (state === "added" && note !== undefined) {
    const sentence = t("Present, but not signed: {0}.", noteText(note, t));
    return { ...label, sentence, ...(TOOL_NOTES.has(note) && { tone: "amber" }) };
  }
  if (state === "missing" && ignored === true) {
    return { ...label, sentence: t("Signed, but excluded from this verification, so it was not read.") };
  }
  if (state === "missing" && note !== undefined) {
    return { ...label, sentence: t("Signed, but missing: {0}.", noteText(note, t)) };
  }
  if (state === "excluded" && source === "signer") return { ...label, sentence: t("Excluded by the signer.") };
  const isWaiting = state === "changed" && changes.every((change) => change.note === "lfs-not-downloaded");
  return isWaiting ? { ...label, word: t("not downloaded"), tone: "neutral" } : label;
}

/** Returns the summary and the filters above the list; undefined where there is no file. */
export function filesOf(subject: Subject | DownloadSubject, counts: StateCounts, t: Translate): Files | undefined {
  const present = FILE_STATES.filter((state) => counts[state] > 0);
  if (present.length === 0) return undefined;
  const isRecord = subject.summary === undefined;
  const labels = isRecord ? recordLabels(t) : signatureLabels(t);
  const compared = isRecord || comparedVerdict(subject) !== undefined;
  const total = present.reduce((sum, state) => sum + counts[state], 0);
  const differing = counts.changed + counts.missing + counts.added;
  const filters: Files["filters"] = [
    { filter: "all", label: t("All"), count: total },
    ...(isRecord || differing === 0 ? [] : [{ filter: "differing" as const, label: t("Differing"), count: differing }]),
    ...present.map((state) => ({ filter: state, label: labels[state].plural, count: counts[state] })),
  ];
  return { summary: summaryText(isRecord, compared, t), compared, digests: !isRecord, filters, total };
}

function summaryText(isRecord: boolean, compared: boolean, t: Translate): string {
  if (isRecord) return t("The files on disk, compared with the download record.");
  return compared
    ? t("The signed files, compared with the files on disk.")
    : t("The files that the signature lists. They were not compared.");
}

/** Returns the row of one file. */
export function rowOf(
  entry: FileEntry,
  { summary }: Pick<Subject | DownloadSubject, "summary">,
  { t, moment }: Localizer,
): FileRow {
  const { name, state, size, digest = "", modifiedAt } = entry;
  const { word, tone, sentence } = summary === undefined ? recordLabels(t)[state] : signatureLabel(entry, t);
  // Anyone who can change the file can set its time.
  const time = modifiedAt === undefined ? [] : [{ label: t("Modified on disk"), value: moment(modifiedAt) }];
  return withPlainTexts({
    name,
    state,
    word,
    tone,
    size: size === undefined ? "" : bytesText(size),
    digest,
    sentence,
    facts: [...digestFacts(entry, t), ...time],
  });
}

function digestFacts({ digest, shards, changes = [] }: FileEntry, t: Translate): Fact[] {
  const code = true;
  if (changes.length === 0) {
    const signed = digest === undefined ? [] : [{ label: t("Digest, as signed"), value: digest, code }];
    return shards === undefined ? signed : [...signed, { label: t("Signed shards"), value: String(shards) }];
  }
  const more = changes.length - PIECES;
  const listed = changes.slice(0, PIECES).flatMap(({ range, expected, found, note }) => {
    const where = range === undefined ? "" : ` (${t("bytes {0} to {1}", range.start, range.end)})`;
    return [
      ...(note === undefined ? [] : [{ label: t("Problem") + where, value: noteText(note, t) }]),
      ...(expected === undefined ? [] : [{ label: t("Expected") + where, value: expected, code }]),
      ...(found === undefined ? [] : [{ label: t("Found") + where, value: found, code }]),
    ];
  });
  return more > 0 ? [...listed, { label: t("More"), value: t("{0} more changed shards", more) }] : listed;
}
