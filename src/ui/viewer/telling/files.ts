import type { Coverage, Verdict } from "../../../core/verdict.ts";
import { bytesText } from "../../../core/words.ts";
import type { FileEntry, Findings, StateCounts } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Fact, FileFilter, FileRow, FileState, Files, Tone } from "../messages.ts";
import type { Edge } from "./edge.ts";
import { currentVerdict, isCompared, type Subject } from "./subject.ts";

/** Changed pieces of one file that are told. */
const PIECES = 20;

/** What the reader has to know to give each file its state. */
export function findingsOf(subject: Subject): Findings {
  const verdict = currentVerdict(subject);
  const compared = isCompared(verdict) ? verdict : undefined;
  const coverage: Partial<Coverage> = compared?.coverage ?? {};
  return {
    ...(subject.model === undefined ? {} : { model: subject.model.path, modelKind: subject.model.kind }),
    compared: compared !== undefined,
    changed: compared?.comparison.changed ?? [],
    missing: compared?.comparison.missing ?? [],
    added: compared?.comparison.added ?? [],
    passed: coverage.unsigned ?? [],
    leftOut: (coverage.ignored ?? []).filter(({ source }) => source !== "signature"),
  };
}

interface StateWords {
  readonly word: string;
  readonly plural: string;
  readonly tone: Tone;
}

function stateWords({ l10n }: Edge): Readonly<Record<FileState, StateWords>> {
  return {
    same: { word: l10n.t("unchanged"), plural: l10n.t("Unchanged"), tone: "green" },
    listed: { word: l10n.t("not compared"), plural: l10n.t("Not compared"), tone: "neutral" },
    changed: { word: l10n.t("changed"), plural: l10n.t("Changed"), tone: "red" },
    missing: { word: l10n.t("missing"), plural: l10n.t("Missing"), tone: "red" },
    added: { word: l10n.t("added"), plural: l10n.t("Added"), tone: "red" },
    passed: { word: l10n.t("not signed"), plural: l10n.t("Not signed"), tone: "amber" },
    "left-out": { word: l10n.t("left out"), plural: l10n.t("Left out"), tone: "neutral" },
  };
}

const STATES: readonly FileState[] = ["changed", "missing", "added", "same", "listed", "passed", "left-out"];

/** What stands above the list, and what it can be narrowed to. */
export function filesOf(subject: Subject, counts: StateCounts, generation: number, edge: Edge): Files | undefined {
  const { l10n } = edge;
  const total = STATES.reduce((sum, state) => sum + counts[state], 0);
  if (total === 0) return undefined;
  const words = stateWords(edge);
  const differing = counts.changed + counts.missing + counts.added;
  const filters: { filter: FileFilter; label: string; count: number }[] = [
    { filter: "all", label: l10n.t("All"), count: total },
    ...(differing > 0 ? [{ filter: "differing" as const, label: l10n.t("What differs"), count: differing }] : []),
    ...STATES.filter((state) => counts[state] > 0).map((state) => ({
      filter: state,
      label: words[state].plural,
      count: counts[state],
    })),
  ];
  const verdict: Verdict | undefined = currentVerdict(subject);
  const verified = isCompared(verdict);
  const summary = verified
    ? l10n.t("What was signed, compared with what is here.")
    : l10n.t("What the signature file lists. Nothing of it was compared.");
  return { generation, summary, verified, filters, total };
}

/** One file of the list, in words. */
export function rowOf(entry: FileEntry, edge: Edge): FileRow {
  const { word, tone } = stateWords(edge)[entry.state];
  return {
    name: plainText(entry.name),
    state: entry.state,
    word,
    tone,
    size: entry.size === undefined ? "" : bytesText(entry.size),
    digest: entry.digest ?? "",
    sentence: sentenceOf(entry, edge),
    facts: factsOf(entry, edge),
  };
}

function sentenceOf({ state, ignored, source, note }: FileEntry, { l10n }: Edge): string {
  switch (state) {
    case "same":
      return l10n.t("As it was signed.");
    case "listed":
      return l10n.t("The signature file lists it; it was not compared.");
    case "changed":
      return l10n.t("Its content is not what was signed.");
    case "missing":
      return ignored === true
        ? l10n.t("Signed, but left out of this check, so it was not read.")
        : l10n.t("Signed, but no longer here.");
    case "added":
      return note === undefined
        ? l10n.t("Here, but nobody signed it.")
        : l10n.t("Here, but nobody signed it: {0}.", note);
    case "passed":
      return l10n.t("Nobody signed it; a policy lets it be.");
    case "left-out":
      return source === "signer" ? l10n.t("Left out by the signer.") : l10n.t("Left out, as is usual for such files.");
  }
}

function factsOf({ digest, shards, changes }: FileEntry, { l10n }: Edge): Fact[] {
  const code = true;
  if (changes.length === 0) {
    const signed = digest === undefined ? [] : [{ label: l10n.t("Digest, as signed"), value: digest, code }];
    return shards === undefined ? signed : [...signed, { label: l10n.t("Signed pieces"), value: String(shards) }];
  }
  const more = changes.length - PIECES;
  const told = changes.slice(0, PIECES).flatMap(({ range, expected, found, note }) => {
    const where = range === undefined ? "" : ` (${l10n.t("bytes {0} to {1}", range.start, range.end)})`;
    return [
      ...(note === undefined ? [] : [{ label: l10n.t("What is wrong") + where, value: note }]),
      ...(expected === undefined ? [] : [{ label: l10n.t("Expected") + where, value: expected, code }]),
      ...(found === undefined ? [] : [{ label: l10n.t("Found") + where, value: found, code }]),
    ];
  });
  return more > 0 ? [...told, { label: l10n.t("And more"), value: l10n.t("{0} further pieces changed", more) }] : told;
}
