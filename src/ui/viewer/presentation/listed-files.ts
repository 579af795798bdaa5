import { bytesText } from "../../../core/presentation/bytes-and-time.ts";
import type { Localizer, Translate } from "../../../core/presentation/localizer.ts";
import { FILE_STATES, type FileState } from "../../../engine/signature-view/file-states.ts";
import type { FileEntry, StateCounts } from "../../../engine/signature-view/requests.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Fact, FileRow, Files, Tone } from "../messages.ts";

export interface StateLabel {
  readonly word: string;
  readonly plural: string;
  /** One sentence about a file in this state. */
  readonly sentence: string;
  readonly tone: Tone;
}

export type StateLabels = Readonly<Record<FileState, StateLabel>>;

/** Returns the filters above a list of files; empty where there is no file. */
export function filtersOf(counts: StateCounts, labels: StateLabels, t: Translate): Files["filters"] {
  const present = FILE_STATES.filter((state) => counts[state] > 0);
  if (present.length === 0) return [];
  const total = present.reduce((sum, state) => sum + counts[state], 0);
  const filters = present.map((state) => ({ filter: state, label: labels[state].plural, count: counts[state] }));
  return [{ filter: "all", label: t("All"), count: total }, ...filters];
}

/**
 * Returns the row of one file.
 *
 * @param facts those apart from its time
 */
export function fileRow(
  { name, state, size, digest, modifiedAt }: FileEntry,
  { word, tone, sentence }: StateLabel,
  facts: readonly Fact[],
  { t, moment }: Localizer,
): FileRow {
  // Anyone who can change the file can set its time.
  const time = modifiedAt === undefined ? [] : [{ label: t("Modified on disk"), value: moment(modifiedAt) }];
  return {
    name: plainText(name),
    state,
    word,
    tone,
    size: size === undefined ? "" : bytesText(size),
    digest: digest ?? "",
    sentence,
    facts: [...facts, ...time],
  };
}
