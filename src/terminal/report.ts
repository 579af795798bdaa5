import { relative } from "node:path";
import type { ChangedResource, Comparison } from "../core/manifest/comparison.ts";
import { unknownFirst } from "../core/manifest/innocent-differences.ts";
import type { HiddenContent } from "../core/model/file-list.ts";
import { bytesText, countText, durationText, shortHex, utcMinutes } from "../core/presentation/bytes-and-time.ts";
import { ignoredByText, noteText, partlyText } from "../core/presentation/coverage-text.ts";
import { ENGLISH } from "../core/presentation/localizer.ts";
import { shortReason } from "../core/presentation/short-reasons.ts";
import { signerText } from "../core/presentation/signer-text.ts";
import { type VerdictLabel, verdictLabel } from "../core/presentation/verdict-labels.ts";
import { verdictSentence } from "../core/presentation/verdict-summary.ts";
import type { Coverage, Verdict } from "../core/verdict.ts";
import type { Signer, SigstoreSigner, TrustRootFacts } from "../core/verification/signer.ts";
import type { Line, Style } from "./text.ts";

const LABEL_WIDTH = 11;
/** Most names in a list, unless `--all` or `--long` is given. */
const FOLD_AFTER = 10;

/** `  signed by  key prod.pub`, and further lines below the first, without the label. */
export function field(label: string, ...values: readonly Line[]): Line[] {
  return values.map((value, index) => [`  ${(index === 0 ? label : "").padEnd(LABEL_WIDTH)}`, ...value]);
}

export const STYLES: Readonly<Record<VerdictLabel["colour"], Style>> = {
  green: "green",
  blue: "blue",
  amber: "amber",
  red: "red",
  neutral: "bold",
};

/** `✓ Verified  llama-3-8b` */
export function headline(verdict: Pick<Verdict, "state" | "decision">, name: string): Line {
  const { mark, label, colour } = verdictLabel(verdict, ENGLISH.t);
  return [{ text: `${mark} ${label}`, style: STYLES[colour] }, "  ", { text: name, style: "bold" }];
}

export interface ReportOptions {
  /** Digests and lists in full. */
  readonly long: boolean;
  /** Lists in full, also without `long`. */
  readonly all?: boolean;
}

export function hex(value: string, { long }: ReportOptions): string {
  return long ? value : shortHex(value);
}

/** `key prod.pub (P-256, sha256 3f9a…)`; a certificate's further names and its validity on lines of their own. */
export function signerLines(signer: Signer, options: ReportOptions): Line[] {
  const name = signerText(signer, ENGLISH.t);
  switch (signer.method) {
    case "key":
      return [[name, ` (${signer.curve}, sha256 ${hex(signer.fingerprint, options)})`]];
    case "certificate": {
      const more = signer.alternativeNames.filter((other) => other !== name);
      const until = `certificate valid until ${signer.notAfter.slice(0, 10)}, issued by ${signer.issuer}`;
      return [[name], ...more.map((other) => [other]), [until]];
    }
    case "sigstore":
      return sigstoreLines(signer, options);
  }
}

/** `alice@example.com (https://accounts.google.com), 2026-11-21 14:02 UTC, log entry 184223901`; the rest where asked for. */
function sigstoreLines(signer: SigstoreSigner, { long }: ReportOptions): Line[] {
  const { identity, issuer, signedAt, log, certificate, timestamps, extensions, trustRoot } = signer;
  const lines: Line[] = [[`${identity} (${issuer}), ${utcMinutes(signedAt)}, log entry ${log.index}`]];
  if (long) {
    const { serialNumber, notBefore, notAfter, authority, fingerprint, logs } = certificate;
    lines.push(
      [`log ${log.url}, ${log.entry}${log.time === undefined ? "" : `, ${log.time}`}`],
      ...timestamps.map((timestamp) => [`timestamp by ${timestamp.authority}, ${timestamp.time}`]),
      [`certificate ${serialNumber}, valid from ${notBefore} until ${notAfter}, issued by ${authority}`],
      [`certificate in ${logs.join(", ")}, sha256 ${fingerprint}`],
    );
  }
  const shown = long ? Object.keys(extensions) : SHOWN_EXTENSIONS.filter((extension) => extension in extensions);
  lines.push(...shown.map((extension) => [`${extension} ${extensions[extension] ?? ""}`]));
  lines.push([`verified against ${trustRootText(trustRoot, Date.now())}`]);
  return lines;
}

/** Extensions of a CI job's source and trigger. */
const SHOWN_EXTENSIONS = ["sourceRepositoryUri", "sourceRepositoryRef", "sourceRepositoryDigest", "buildTrigger"];

const ROOT_ORIGINS: Readonly<Record<TrustRootFacts["origin"], string>> = {
  "built-in": "built into this program",
  updated: "updated",
  file: "from a file",
};

/**
 * `Sigstore, public instance (updated 3 h ago)`
 *
 * @param now milliseconds since 1970
 */
export function trustRootText({ label, origin, asOf, expiredSince }: TrustRootFacts, now: number): string {
  const age = asOf === undefined ? "" : ` ${ageText(now - Date.parse(asOf))}`;
  const expired = expiredSince === undefined ? "" : `; its metadata expired on ${utcMinutes(expiredSince)}`;
  const comma = origin === "built-in" && age !== "" ? "," : "";
  return `the trust root of ${label} (${ROOT_ORIGINS[origin]}${comma}${age}${expired})`;
}

function ageText(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000);
  if (hours < 1) return "less than an hour ago";
  return hours < 48 ? `${countText(hours, "hour")} ago` : `${countText(Math.floor(hours / 24), "day")} ago`;
}

/** The first names, and how many more there are; `hint` is how to list all. */
export function folded(names: readonly string[], isWhole: boolean, hint = "", count = names.length): string[] {
  const shown = isWhole ? names : names.slice(0, FOLD_AFTER);
  const more = count - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more${hint}`] : [])];
}

function listText(names: readonly string[], { long, all }: ReportOptions): string {
  return folded(names, long || all === true, " (--all lists them)").join(", ");
}

/** `14 signed, 16.1 GB read in 9.8 s`, with what came from the cache apart; of a pinned model `14, …`. */
function coverageText({ files, bytesRead, bytesFromCache, seconds }: Coverage, isSigned: boolean): string {
  const cached = bytesFromCache > 0 ? `, ${bytesText(bytesFromCache)} from earlier checks` : "";
  const count = isSigned ? `${files} signed` : `${files}`;
  return `${count}, ${bytesText(bytesRead)} read in ${durationText(seconds)}${cached}`;
}

/** What was signed, read and ignored: one line each, without the signature file itself. */
export function coverageFields(coverage: Coverage, options: ReportOptions, isSigned = true): Line[] {
  const lines: Line[] = [[coverageText(coverage, isSigned)]];
  for (const source of ["signer", "default", "caller"] as const) {
    const names = coverage.ignored.filter((entry) => entry.source === source).map(({ name }) => name);
    if (names.length > 0) lines.push([`${ignoredByText(source, ENGLISH.t)}: ${listText(names, options)}`]);
  }
  if (coverage.hubLinks !== undefined) {
    lines.push([`read through links of the Hugging Face cache: ${listText(coverage.hubLinks, options)}`]);
  }
  for (const parts of coverage.partly ?? []) lines.push([{ text: partlyText(parts, ENGLISH.t), style: "amber" }]);
  if (coverage.otherSignatures !== undefined) {
    lines.push([`other signatures, not covered: ${listText(coverage.otherSignatures, options)}`]);
  }
  if (coverage.hidden !== undefined) lines.push([{ text: hiddenText(coverage.hidden, options), style: "amber" }]);
  if (coverage.unsigned.length > 0) {
    lines.push([{ text: `not signed, allowed: ${listText(coverage.unsigned, options)}`, style: "amber" }]);
  }
  if (coverage.empty.length > 0) lines.push([`empty, not recorded by shards: ${listText(coverage.empty, options)}`]);
  return field("files", ...lines);
}

function hiddenText({ names, count, complete }: HiddenContent, { long }: ReportOptions): string {
  if (count === 0) return "excluded by default, and not searched completely: files other than git's own may be there";
  const shown = long ? names : names.slice(0, FOLD_AFTER);
  const more = count > shown.length ? ` and ${count - shown.length} more` : "";
  return `excluded by default, not git's own: ${shown.join(", ")}${more}${complete ? "" : "; not searched completely"}`;
}

function changedLine(change: ChangedResource, options: ReportOptions): Line {
  const { name, range, expected, found, note } = change;
  const where = range === undefined ? name : `${name}, bytes ${range.start} to ${range.end}`;
  const what = [
    ...(note === undefined ? [] : [noteText(note, ENGLISH.t)]),
    ...(expected === undefined ? [] : [`expected ${hex(expected, options)}`]),
    ...(found === undefined ? [] : [`found ${hex(found, options)}`]),
  ];
  return [`${where}  `, { text: what.join(", "), style: "dim" }];
}

function noted(name: string, note: string | undefined): Line {
  return note === undefined ? [name] : [`${name}  `, { text: note, style: "dim" }];
}

/** Every difference, by name; of the added files, those of tools last. */
export function comparisonFields({ changed, missing, added }: Comparison, options: ReportOptions): Line[] {
  const listed = <T>(label: string, entries: readonly T[], line: (entry: T) => Line): Line[] => {
    const isWhole = options.long || options.all === true || entries.length <= FOLD_AFTER;
    if (isWhole) return field(label, ...entries.map(line));
    const more: Line = [{ text: `and ${entries.length - FOLD_AFTER} more (--all lists them)`, style: "dim" }];
    return field(label, ...entries.slice(0, FOLD_AFTER).map(line), more);
  };
  return [
    ...listed("changed", changed, (change) => changedLine(change, options)),
    ...listed("missing", missing, ({ name, ignored, note }) => {
      const what = ignored ? "ignored" : note;
      return noted(name, what && noteText(what, ENGLISH.t));
    }),
    ...listed("added", unknownFirst(added), ({ name, note }) => noted(name, note && noteText(note, ENGLISH.t))),
  ];
}

/** Each of several signatures: its file, what was found, and by whom it is. */
export function signatureFields({ model, signatures = [] }: Verdict): Line[] {
  const lines = signatures.map(({ signature, line, state, signer, decisive }): Line => {
    const where = `${relative(model, signature)}${line === undefined ? "" : `, line ${line}`}`;
    const by = signer === undefined ? "" : `, signed by ${signerText(signer, ENGLISH.t)}`;
    const { label } = verdictLabel({ state }, ENGLISH.t);
    return [`${where}: ${label}${by}`, ...(decisive ? [{ text: "  decides", style: "dim" as const }] : [])];
  });
  return field("all", ...lines);
}

export interface VerdictReportOptions extends ReportOptions {
  /** The model's name. */
  readonly name: string;
  /** Why the signer is accepted: `the key given`. */
  readonly accepted: string;
  /** The signature file, if it was not given. */
  readonly signature?: string;
}

/**
 * Formats a verdict: the label first, then differences and reasons, the signer, why they are accepted, and what was read.
 * The last line is the verdict as one sentence.
 */
export function verdictReport(verdict: Verdict, options: VerdictReportOptions): Line[] {
  const { state, signer, comparison, coverage } = verdict;
  const lines: Line[] = [headline(verdict, options.name)];
  if (comparison !== undefined) lines.push(...comparisonFields(comparison, options));
  lines.push(...field("reason", ...verdict.reasons.map(({ message }) => [message])));
  if (signer !== undefined) lines.push(...field("signed by", ...signerLines(signer, options)));
  if (state === "verified") lines.push(...field("accepted", [options.accepted]));
  if (options.signature !== undefined) lines.push(...field("signature", [options.signature]));
  if (verdict.signatures !== undefined) lines.push(...signatureFields(verdict));
  if (verdict.legacy === true) lines.push(...field("format", ["the deprecated version 0.2"]));
  if (coverage !== undefined) lines.push(...coverageFields(coverage, options, verdict.pin === undefined));
  if (options.long && verdict.rootDigest !== undefined)
    lines.push(...field("digest", [`sha256:${verdict.rootDigest}`]));
  const { mark, colour } = verdictLabel(verdict, ENGLISH.t);
  lines.push([{ text: `${mark} ${finalSentence(verdict, options.name)}`, style: STYLES[colour] }]);
  return lines;
}

/** Formats a verdict as one sentence with a short reason. */
export function finalSentence(verdict: Verdict, name: string): string {
  const reason = shortReason(verdict, ENGLISH.t);
  const sentence = verdictSentence(verdict, { name, ...(reason !== "" && { reason: `${reason}.` }) }, ENGLISH);
  const allowed = verdict.coverage?.unsigned.length ?? 0;
  if (allowed === 0) return sentence;
  return `${sentence} ${countText(allowed, "unsigned file")} ${allowed === 1 ? "is" : "are"} allowed.`;
}
