import { TOOLS } from "../../../core/model/file-notes.ts";
import { noteText } from "../../../core/presentation/coverage-text.ts";
import type { Localizer } from "../../../core/presentation/localizer.ts";
import type { FileEntry, Findings, StateCounts } from "../../../engine/signature-view/requests.ts";
import type { Fact, FileRow, Files } from "../messages.ts";
import { fileRow, filtersOf, type StateLabel, type StateLabels } from "./listed-files.ts";
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

function stateLabels({ t }: Localizer): StateLabels {
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

const TOOL_NOTES: ReadonlySet<string | undefined> = new Set(TOOLS);

/** Returns the label of a file; what a tool wrote, or was not downloaded, is no alarm. */
function labelOf({ state, note, changes, ignored, source }: FileEntry, localizer: Localizer): StateLabel {
  const { t } = localizer;
  const label = stateLabels(localizer)[state];
  if (state === "added" && note !== undefined) {
    const sentence = t("Present, but not signed: {0}.", noteText(note, t));
    return { ...label, sentence, ...(TOOL_NOTES.has(note) && { tone: "amber" }) };
  }
  if (state === "missing" && ignored === true) {
    return { ...label, sentence: t("Signed, but excluded from this verification, so it was not read.") };
  }
  if (state === "excluded" && source === "signer") return { ...label, sentence: t("Excluded by the signer.") };
  const isWaiting = state === "changed" && changes.every((change) => change.note === "lfs-not-downloaded");
  return isWaiting ? { ...label, word: t("not downloaded"), tone: "neutral" } : label;
}

/** Returns the summary and the filters above the list. */
export function filesOf(
  subject: Subject,
  counts: StateCounts,
  generation: number,
  localizer: Localizer,
): Files | undefined {
  const { t } = localizer;
  const [all, ...filters] = filtersOf(counts, stateLabels(localizer), t);
  if (all === undefined) return undefined;
  const count = counts.changed + counts.missing + counts.added;
  const differing: Files["filters"] = count > 0 ? [{ filter: "differing", label: t("Differing"), count }] : [];
  const verified = comparedVerdict(subject) !== undefined;
  const summary = verified
    ? t("The signed files, compared with the files on disk.")
    : t("The files that the signature lists. They were not compared.");
  const shown = [all, ...differing, ...filters];
  return { generation, summary, compared: verified, digests: true, filters: shown, total: all.count };
}

/** Returns the row of one file. */
export function rowOf(entry: FileEntry, localizer: Localizer): FileRow {
  return fileRow(entry, labelOf(entry, localizer), factsOf(entry, localizer), localizer);
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
