import type { Origin, OriginClaim, OriginReport, PointerFile } from "../origin/origin.ts";
import { bytesText } from "./bytes-and-time.ts";
import type { Translate } from "./localizer.ts";

/** Characters of a commit that are shown. */
const SHORT_COMMIT = 7;
/** Names that a sentence lists. */
const NAMED = 3;

export interface OriginSentence {
  readonly text: string;
  /** Whether it says that something differs from the record. */
  readonly caution: boolean;
}

type Place = Pick<Origin, "source" | "repository" | "revision">;

/** Whether there is anything to show of a model's download: a record, a file that was not fetched, or a claim. */
export function hasDownload({ origin, pointers, claims }: OriginReport): boolean {
  return origin?.basis === "record" || pointers.length + claims.length > 0;
}

/** Where a model was downloaded from, in short: `huggingface.co/ORG/NAME at abc1234`. */
export function originPlace(origin: Place, t: Translate): string {
  const { source, repository, revision } = origin;
  if (source === "ollama") return `Ollama ${repository ?? ""}:${revision ?? ""}`;
  const commit = revision?.slice(0, SHORT_COMMIT);
  const place = repositoryText(origin);
  return commit === undefined ? place : t("{0} at {1}", place, commit);
}

/** `huggingface.co/ORG/NAME`, or the host and path of another repository. */
export function repositoryText({ source, repository }: Pick<Origin, "source" | "repository">): string {
  const isHub = source === "huggingface" || repository?.split("/").length === 2;
  if (repository === undefined) return isHub ? "huggingface.co" : "git";
  return isHub ? `huggingface.co/${repository}` : repository;
}

/** What differs from the record, in short: `2 changed, 1 added`; empty where nothing does. */
export function differencesFromRecord({ files }: Origin, t: Translate): string {
  const { changed, extra } = files;
  return [
    ...(changed.length > 0 ? [t("{0} changed since download", changed.length)] : []),
    ...(extra.length > 0 ? [t("{0} not in the download record", extra.length)] : []),
  ].join(", ");
}

/** What is known of a model's download, a sentence each; what differs comes first. */
export function originSentences({ origin, pointers }: OriginReport, t: Translate): OriginSentence[] {
  const fetched = pointerTexts(pointers, t).map((text) => ({ text, caution: false }));
  if (origin === undefined || origin.basis === "claim") return fetched;
  const { match, changed, missing, extra, unrecorded, unchecked } = origin.files;
  const isPointer = new Set(pointers.map(({ name }) => name));
  const absent = missing.filter((name) => !isPointer.has(name));
  const hasRecord = match.length + changed.length + (unchecked?.length ?? 0) > 0;
  const about = (names: readonly string[], caution: boolean, one: Sentence, several: Sentence): OriginSentence[] => {
    const sentence = names.length === 1 ? one : several;
    return names.length === 0 ? [] : [{ text: sentence(listText(names, t)), caution }];
  };
  return [
    ...about(
      changed,
      true,
      (name) => t("{0} differs from its download record: changed or damaged.", name),
      (list) => t("{0} differ from their download record: changed or damaged.", list),
    ),
    ...about(
      extra,
      true,
      (name) => t("{0} is not in the download record.", name),
      (list) => t("{0} are not in the download record.", list),
    ),
    ...matchText(origin, originPlace(origin, t), t),
    ...about(
      absent,
      false,
      (name) => t("{0} is missing: not downloaded, or removed since.", name),
      (list) => t("{0} are missing: not downloaded, or removed since.", list),
    ),
    ...about(
      hasRecord ? unrecorded : [],
      false,
      (name) => t("{0} has no download record.", name),
      (list) => t("{0} have no download record.", list),
    ),
    ...fetched,
  ];
}

type Sentence = (names: string) => string;

function matchText({ files }: Origin, place: string, t: Translate): OriginSentence[] {
  const { match, changed, extra, unrecorded, unchecked = [] } = files;
  const total = match.length + changed.length + extra.length + unrecorded.length + unchecked.length;
  const local = t("The record is on this machine and is not signed.");
  if (unchecked.length > 0) {
    const text = t("Names and sizes match the download record of {0}; the bytes were not compared.", place);
    const some = t("The bytes of the other files were not compared with the download record of {0}.", place);
    return [{ text: changed.length + extra.length === 0 ? `${text} ${local}` : some, caution: false }];
  }
  if (match.length === 0) {
    if (changed.length > 0) return [];
    return [{ text: t("Downloaded as {0}; the record has no digests of these files.", place), caution: false }];
  }
  const counted =
    match.length === total
      ? match.length === 1
        ? t("The file matches the download record of {0}.", place)
        : t("All {0} files match the download record of {1}.", match.length, place)
      : t("{0} of {1} files match the download record of {2}.", match.length, total, place);
  return [{ text: `${counted} ${local}`, caution: false }];
}

function pointerTexts(pointers: readonly PointerFile[], t: Translate): string[] {
  if (pointers.length <= NAMED) {
    return pointers.map(({ name, size }) =>
      t("{0} is not downloaded: a Git LFS pointer to {1}.", name, bytesText(size)),
    );
  }
  const names = pointers.map(({ name }) => name);
  const bytes = pointers.reduce((sum, { size }) => sum + size, 0);
  return [t("{0} are not downloaded: Git LFS pointers to {1}.", listText(names, t), bytesText(bytes))];
}

function listText(names: readonly string[], t: Translate): string {
  const shown = names.slice(0, NAMED).join(", ");
  return names.length > NAMED ? t("{0} and {1} more", shown, names.length - NAMED) : shown;
}

const CLAIMS: Readonly<Record<OriginClaim["kind"], (file: string, what: string, t: Translate) => string>> = {
  "base-model": (file, what, t) => t("{0} says it is based on {1} (unverified claim).", file, what),
  source: (file, what, t) => t("{0} says its source is {1} (unverified claim).", file, what),
  name: (file, what, t) => t("{0} says its name is {1} (unverified claim).", file, what),
  author: (file, what, t) => t("{0} says its author is {1} (unverified claim).", file, what),
  license: (file, what, t) => t("{0} says its license is {1} (unverified claim).", file, what),
  dataset: (file, what, t) => t("{0} says it was trained on {1} (unverified claim).", file, what),
};

/** What a file says about the model, as the claim that it is. */
export function claimText({ file, kind, value, revision }: OriginClaim, t: Translate): string {
  return CLAIMS[kind](file, revision === undefined ? value : t("{0} at {1}", value, revision), t);
}
