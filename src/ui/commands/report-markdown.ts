import { basename, dirname, relative, sep } from "node:path";
import { l10n } from "vscode";
import type { ChangedResource } from "../../core/manifest/comparison.ts";
import type { HiddenContent } from "../../core/model/file-list.ts";
import type { Coverage, Verdict } from "../../core/verdict.ts";
import type { Signer } from "../../core/verification/signer.ts";
import { signerText } from "../../core/words.ts";
import { codeSpan } from "../../platform/markdown-text.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { decisionLines, reasonsBeside } from "../decision-rows.ts";
import { filesText, hiddenCountText } from "../model-text.ts";
import { stateWords } from "../translated-words.ts";

/** Names in one list; the JSON has them all. */
const NAMES_LISTED = 100;

/**
 * What is known of a model as Markdown. Whatever comes from a bundle or a disk stands in a code span, so that pasting
 * it runs, links and mentions nothing. The path is the one in the workspace: where that lies is nobody's business.
 */
export function markdownReport(model: KnownModel): string {
  // What a check that runs will say is not known yet.
  const verdict = model.verdict.state === "checking" ? (model.before ?? model.verdict) : model.verdict;
  const words = stateWords(verdict);
  const lines = [
    ...differences(verdict),
    ...who(verdict.signer),
    ...why(verdict),
    ...how(verdict),
    ...digest(verdict),
    item(l10n.t("Model: {0}", codeSpan(placeOf(model)))),
  ];
  return [`### ${words.mark} ${words.label}: ${codeSpan(basename(model.path))}`, "", ...lines, ""].join("\n");
}

function item(text: string, depth = 0): string {
  return `${"  ".repeat(depth)}- ${text}`;
}

function placeOf({ path, folder }: KnownModel): string {
  if (folder === undefined) return basename(path);
  return relative(dirname(folder), path).split(sep).join("/");
}

function differences({ comparison }: Verdict): string[] {
  if (comparison === undefined) return [];
  const changed = comparison.changed.filter(({ name }, index, all) => all[index - 1]?.name !== name);
  return [
    ...list(l10n.t("Changed ({0})", changed.length), changed.map(changedText)),
    ...list(
      l10n.t("Missing ({0})", comparison.missing.length),
      comparison.missing.map(({ name }) => codeSpan(name)),
    ),
    ...list(
      l10n.t("Added ({0})", comparison.added.length),
      comparison.added.map(({ name }) => codeSpan(name)),
    ),
  ];
}

function list(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const more = entries.length - NAMES_LISTED;
  return [
    item(title),
    ...entries.slice(0, NAMES_LISTED).map((entry) => item(entry, 1)),
    ...(more > 0 ? [item(l10n.t("… and {0} more", more), 1)] : []),
  ];
}

function changedText({ name, expected, found }: ChangedResource): string {
  if (expected === undefined || found === undefined) return codeSpan(name);
  return l10n.t("{0}: expected {1}, found {2}", codeSpan(name), codeSpan(expected), codeSpan(found));
}

function who(signer: Signer | undefined): string[] {
  if (signer === undefined) return [];
  const name = codeSpan(signerText(signer));
  switch (signer.method) {
    case "key":
      return [item(l10n.t("Signed by {0} ({1}, SHA-256 {2})", name, signer.curve, codeSpan(signer.fingerprint)))];
    case "certificate":
      return [item(l10n.t("Signed by {0}, issued by {1}", name, codeSpan(signer.issuer)))];
    case "sigstore":
      return [
        item(l10n.t("Signed by {0} ({1}), {2}", name, codeSpan(signer.issuer), minuteText(signer.signedAt))),
        item(l10n.t("Log: {0}, entry {1}", codeSpan(signer.log.url), codeSpan(signer.log.index))),
      ];
  }
}

function why(verdict: Verdict): string[] {
  const { decision, reasons } = verdict;
  const beside = decision === undefined ? reasons : reasonsBeside(decision, reasons);
  const sentences = [
    ...(decision === undefined ? [] : decisionLines(decision)),
    ...beside.map(({ message }) => message),
  ];
  return list(l10n.t("Reasons"), sentences.map(codeSpan));
}

function how({ coverage, reading, checkedAt, signer }: Verdict): string[] {
  const when = checkedAt === undefined ? "" : `, ${minuteText(checkedAt)}`;
  if (coverage === undefined) {
    return signer === undefined ? [] : [item(l10n.t("Only the signature was checked, no file was read") + when)];
  }
  const read = reading === "cached" ? l10n.t("partly from earlier checks") : l10n.t("every byte read");
  return [item(`${filesText(coverage)}, ${read}${when}`), ...leftOut(coverage)];
}

function leftOut({ ignored, hidden, unsigned }: Coverage): string[] {
  const names = ignored.filter(({ source }) => source !== "signature").map(({ name }) => codeSpan(name));
  return [
    ...list(l10n.t("Left out ({0})", names.length), names),
    ...(hidden === undefined ? [] : hiddenList(hidden)),
    ...list(l10n.t("Not signed, let pass ({0})", unsigned.length), unsigned.map(codeSpan)),
  ];
}

function hiddenList(hidden: HiddenContent): string[] {
  const rest = hidden.complete ? [] : [l10n.t("not all of it was looked at")];
  const title = l10n.t("Left out by default, not git's own ({0})", hiddenCountText(hidden));
  return list(title, [...hidden.names.map(codeSpan), ...rest]);
}

function digest({ rootDigest }: Verdict): string[] {
  return rootDigest === undefined ? [] : [item(l10n.t("Root digest: {0}", codeSpan(`sha256:${rootDigest}`)))];
}

/** `2026-11-21 14:02 UTC`: whoever reads it may live elsewhere. */
function minuteText(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return codeSpan(rfc3339);
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
