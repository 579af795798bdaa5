import { TOOLS } from "../../../core/model/file-notes.ts";
import { bytesText } from "../../../core/presentation/bytes-and-time.ts";
import { noteText } from "../../../core/presentation/coverage-text.ts";
import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import { FILE_STATES, type FileState } from "../../../engine/signature-view/file-states.ts";
import type { FileEntry, Findings, StateCounts } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Fact, FileRow, Files, Tone } from "../messages.ts";
import { comparedVerdict, type Subject } from "./subject.ts";

/** Changed shards of one file that are listed. */
const PIECES = 20;

/** Returns what was found of the files, from which the engine computes the state of each. */
export function findingsOf(subject: Subject): Findings {
  const verdict = comparedVerdict(subject);
  const model = subject.model && { model: { path: subject.model.path, kind: subject.model.kind } };
  if (verdict === undefined) return { ...model, compared: false, files: [] };
  const { comparison, coverage } = verdict;
  const excluded = coverage?.ignored.filter(({ source }) => source !== "signature") ?? [];
  return {
    ...model,
    compared: true,
    files: [
      ...comparison.changed.map((file) => ({ ...file, state: "changed" as const })),
      ...comparison.missing.map((file) => ({ ...file, state: "missing" as const })),
      ...comparison.added.map((file) => ({ ...file, state: "added" as const })),
      ...(coverage?.unsigned.map((name) => ({ name, state: "unsigned" as const })) ?? []),
      ...excluded.map((file) => ({ ...file, state: "excluded" as const })),
    ],
  };
}

interface StateLabel {
  readonly word: string;
  readonly plural: string;
  readonly tone: Tone;
}

function stateLabels({ t }: Localizer): Readonly<Record<FileState, StateLabel>> {
  return {
    same: { word: t("unchanged"), plural: t("Unchanged"), tone: "green" },
    listed: { word: t("not compared"), plural: t("Not compared"), tone: "neutral" },
    changed: { word: t("changed"), plural: t("Changed"), tone: "red" },
    missing: { word: t("missing"), plural: t("Missing"), tone: "red" },
    added: { word: t("added"), plural: t("Added"), tone: "red" },
    unsigned: { word: t("not signed"), plural: t("Not signed"), tone: "amber" },
    excluded: { word: t("excluded"), plural: t("Excluded"), tone: "neutral" },
  };
}

const TOOL_NOTES: ReadonlySet<string | undefined> = new Set(TOOLS);

/** Returns the label of a file; what a tool wrote, or was not downloaded, is no alarm. */
function rowLabel({ state, note, changes }: FileEntry, localizer: Localizer): Pick<StateLabel, "word" | "tone"> {
  const label = stateLabels(localizer)[state];
  if (state === "added" && TOOL_NOTES.has(note)) return { ...label, tone: "amber" };
  const isWaiting = state === "changed" && changes.every((change) => change.note === "lfs-not-downloaded");
  return isWaiting ? { word: localizer.t("not downloaded"), tone: "neutral" } : label;
}

/** Returns the summary and the filters above the list. */
export function filesOf(
  subject: Subject,
  counts: StateCounts,
  generation: number,
  localizer: Localizer,
): Files | undefined {
  const { t } = localizer;
  const compared = comparedVerdict(subject) !== undefined;
  const summary = compared
    ? t("The signed files, compared with the files on disk.")
    : t("The files that the signature lists. They were not compared.");
  const differing = counts.changed + counts.missing + counts.added;
  const first = differing > 0 ? [{ filter: "differing" as const, label: t("Differing"), count: differing }] : [];
  const { filters, total } = filtersOf(counts, stateLabels(localizer), first, t);
  return total === 0 ? undefined : { generation, summary, compared, digests: true, filters, total };
}

/** Returns the filters of all states that files are in, and the number of all files. */
export function filtersOf(
  counts: StateCounts,
  labels: Readonly<Record<FileState, { readonly plural: string }>>,
  first: Files["filters"],
  t: Translate,
): Pick<Files, "filters" | "total"> {
  const total = FILE_STATES.reduce((sum, state) => sum + counts[state], 0);
  const used = FILE_STATES.filter((state) => counts[state] > 0);
  const ofStates = used.map((state) => ({ filter: state, label: labels[state].plural, count: counts[state] }));
  return { filters: [{ filter: "all", label: t("All"), count: total }, ...first, ...ofStates], total };
}

/** Returns the row of one file. */
export function rowOf(entry: FileEntry, localizer: Localizer): FileRow {
  const { word, tone } = rowLabel(entry, localizer);
  return {
    name: plainText(entry.name),
    state: entry.state,
    word,
    tone,
    size: entry.size === undefined ? "" : bytesText(entry.size),
    digest: entry.digest ?? "",
    sentence: sentenceOf(entry, localizer),
    facts: [...factsOf(entry, localizer), ...timeFact(entry, localizer)],
  };
}

function sentenceOf({ state, ignored, source, note }: FileEntry, { t }: Localizer): string {
  switch (state) {
    case "same":
      return t("Matches the signature.");
    case "listed":
      return t("Listed in the signature, not compared.");
    case "changed":
      return t("Its content differs from what was signed.");
    case "missing":
      return ignored === true
        ? t("Signed, but excluded from this verification, so it was not read.")
        : t("Signed, but missing.");
    case "added":
      return note === undefined ? t("Present, but not signed.") : t("Present, but not signed: {0}.", noteText(note, t));
    case "unsigned":
      return t("Not signed; allowed by a policy.");
    case "excluded":
      return source === "signer" ? t("Excluded by the signer.") : t("Excluded by default.");
  }
}

function factsOf({ digest, shards, changes }: FileEntry, { t }: Localizer): Fact[] {
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

/** The time comes from the file system, so anyone who can change the file can set it. */
export function timeFact({ modifiedAt }: FileEntry, { t, moment }: Localizer): Fact[] {
  return modifiedAt === undefined ? [] : [{ label: t("Modified on disk"), value: moment(modifiedAt) }];
}
