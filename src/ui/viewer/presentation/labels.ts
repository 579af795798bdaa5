import type { Translate } from "../../../core/presentation/localizer.ts";

/** Returns the texts of the page itself. `{0}` and `{1}` are filled by the page. */
export function labelsOf(t: Translate) {
  return {
    howChecked: t("Checks"),
    details: t("Details"),
    claims: t("Claims of the file, not verified:"),
    claimsOfFiles: t("Claims of its files, not verified:"),
    files: t("Files"),
    search: t("Search by name or digest"),
    searchNames: t("Search by name"),
    show: t("Show"),
    columnName: t("Name"),
    columnState: t("State"),
    columnSize: t("Size"),
    columnDigest: t("Digest"),
    found: t("{0} of {1} files", "{0}", "{1}"),
    othersByName: t("The first {0} are listed. Search for the others by name.", "{0}"),
    nothingFound: t("No matching files."),
    copyName: t("Copy Name"),
    copyDigest: t("Copy Digest"),
    copied: t("Copied."),
    statement: t("Signed statement"),
    wholeFile: t("Content of the file"),
    linesShown: t("{0} of {1} lines", "{0}", "{1}"),
    showMore: t("Show More"),
    textNote: t("Shown as signed; only spaces and line breaks were added."),
    leadsTo: t("Opens {0}", "{0}"),
  } as const;
}

export type LabelName = keyof ReturnType<typeof labelsOf>;
