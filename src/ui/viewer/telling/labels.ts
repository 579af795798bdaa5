import type { Labels } from "../messages.ts";
import type { Edge } from "./edge.ts";

export function labelsOf({ l10n }: Edge): Labels {
  return {
    verify: l10n.t("Verify"),
    verifyAgain: l10n.t("Verify Again"),
    trust: l10n.t("Trust This Signer…"),
    reopenAsText: l10n.t("Reopen as Text"),
    copyReport: l10n.t("Copy Report"),
    howChecked: l10n.t("How it was checked"),
    details: l10n.t("Details"),
    claims: l10n.t("What the file says. Nobody checked it:"),
    when: l10n.t("When it was signed"),
    where: l10n.t("Where it was made"),
    files: l10n.t("Files"),
    search: l10n.t("Search by name or digest"),
    show: l10n.t("Show"),
    columnName: l10n.t("Name"),
    columnState: l10n.t("State"),
    columnSize: l10n.t("Size"),
    columnDigest: l10n.t("Digest"),
    found: l10n.t("{0} of {1} files", "{0}", "{1}"),
    nothingFound: l10n.t("No file fits."),
    copyName: l10n.t("Copy Name"),
    copyDigest: l10n.t("Copy Digest"),
    copied: l10n.t("Copied."),
    statement: l10n.t("The statement, word for word"),
    wholeFile: l10n.t("What is in the file"),
    showText: l10n.t("Show"),
    linesShown: l10n.t("{0} of {1} lines", "{0}", "{1}"),
    showMore: l10n.t("Show More"),
    textNote: l10n.t("Only spaces and line breaks were added, to make it readable."),
    leadsTo: l10n.t("Opens {0}", "{0}"),
    loading: l10n.t("Reading the signature…"),
    notVerified: l10n.t("not verified"),
  };
}
