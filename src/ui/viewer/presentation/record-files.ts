import type { OriginReport } from "../../../core/origin/origin.ts";
import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import type { FileEntry, Findings, StateCounts } from "../../../engine/signature-view/requests.ts";
import type { KnownModel } from "../../../workspace/registry.ts";
import type { FileRow, Files } from "../messages.ts";
import { fileRow, filtersOf, type StateLabel, type StateLabels } from "./listed-files.ts";

/** Returns the files of a download record by their states, for the list. */
export function recordFindings(model: KnownModel | undefined, report: OriginReport | undefined): Findings {
  const origin = report?.origin;
  if (model === undefined || origin?.basis !== "record") return { compared: false, files: [] };
  const { changed, missing, extra, match, unchecked = [], unrecorded } = origin.files;
  return {
    model: { path: model.path, kind: model.kind },
    compared: true,
    files: [
      ...changed.map((name) => ({ state: "changed" as const, name })),
      ...missing.map((name) => ({ state: "missing" as const, name, ignored: false })),
      ...extra.map((name) => ({ state: "added" as const, name })),
      ...match.map((name) => ({ state: "same" as const, name })),
      ...unchecked.map((name) => ({ state: "listed" as const, name })),
      ...unrecorded.map((name) => ({ state: "excluded" as const, name })),
    ],
  };
}

/** A record proves nothing, so no state of it is green; what differs from it is amber. */
function stateLabels(t: Translate): StateLabels {
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

/** Returns the summary and the filters above the list. */
export function recordFiles(counts: StateCounts, generation: number, { t }: Localizer): Files | undefined {
  const filters = filtersOf(counts, stateLabels(t), t);
  const [all] = filters;
  if (all === undefined) return undefined;
  const summary = t("The files on disk, compared with the download record.");
  return { generation, summary, compared: true, digests: false, filters, total: all.count };
}

/** Returns the row of one file. */
export function recordRow(entry: FileEntry, localizer: Localizer): FileRow {
  return fileRow(entry, stateLabels(localizer.t)[entry.state], [], localizer);
}
