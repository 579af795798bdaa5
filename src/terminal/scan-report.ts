import type { SearchCounts } from "../core/gate/gate-walk.ts";
import { type GateSearch, namesText, type SearchFailure } from "../core/gate/search-result.ts";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import { type PartNumber, partText } from "../core/manifest/part-number.ts";
import type { SignatureWithoutModel } from "../core/model/found-model.ts";
import type { Origin } from "../core/origin/origin.ts";
import { countText } from "../core/presentation/bytes-and-time.ts";
import { ENGLISH } from "../core/presentation/localizer.ts";
import { differencesFromRecord, originPlace } from "../core/presentation/origin-text.ts";
import { wholeSignerName } from "../core/presentation/signer-text.ts";
import { verdictLabel } from "../core/presentation/verdict-labels.ts";
import { summarizeVerdict } from "../core/presentation/verdict-summary.ts";
import { EXIT } from "./command.ts";
import { junitReport } from "./formats/junit.ts";
import { sarifLog } from "./formats/sarif.ts";
import { isPassed, verifiedScanJson } from "./json-report.ts";
import { withProgressLine } from "./progress-line.ts";
import { STYLES } from "./report.ts";
import { explanations, type ScannedModel } from "./scanned-model.ts";
import type { Terminal } from "./terminal.ts";
import type { Line, Span } from "./text.ts";
import { scanModels, type VerifyingScan } from "./verifying-scan.ts";

export const SCAN_FORMATS = ["text", "json", "sarif", "junit"] as const;

export interface ScanResult extends Omit<GateSearch, "models"> {
  readonly models: readonly ScannedModel[];
}

export interface ScanHooks {
  readonly onSearch: (counts: SearchCounts) => void;
  readonly onProgress: (progress: DigestProgress) => void;
  readonly onModel: (model: ScannedModel) => void;
}

export interface ScanRequest {
  /** Absolute. */
  readonly folder: string;
  readonly allowEmpty: boolean;
  /** Of the models, if they are shared out. */
  readonly part: PartNumber | undefined;
  readonly format: (typeof SCAN_FORMATS)[number];
}

/** Runs a scan and reports it. Exit status 1 if any model is rejected, or the search has a failure. */
export async function reportScan(request: ScanRequest, scan: VerifyingScan, terminal: Terminal): Promise<number> {
  const { out, err, log } = terminal;
  const { folder, format, part } = request;
  const isText = format === "text";
  const result = await withProgressLine(err, (onProgress) =>
    scanModels(
      scan,
      request,
      {
        onSearch: ({ folders, files }) => err.progress(searchText(folders, files)),
        onProgress,
        onModel: (model) => {
          err.progress();
          if (isText) out.print(...modelLines(model));
        },
      },
      terminal,
    ),
  );
  if (format === "json") out.json(verifiedScanJson(folder, result, part));
  if (format === "sarif") out.json(sarifLog(result, scan.root, terminal.cwd));
  if (format === "junit") out.raw(junitReport(result));
  const passed = isPassed(result);
  const summary = `${part === undefined ? "" : `Part ${partText(part)}, `}${summaryText(result)}`;
  if (isText) {
    out.print(...result.failures.map(failureLine), ...searchedLines(result));
    out.print([{ text: summary, style: passed ? "bold" : "red" }]);
  } else {
    log.info(summary);
  }
  return passed ? EXIT.done : EXIT.failed;
}

function searchText(folders: number, files: number): string {
  return `Searching: ${countText(files, "file")} in ${countText(folders, "folder")}`;
}

/** `huggingface.co/acme/tiny at 1111111`, and what differs from the record. */
export function originColumn(origin: Origin): Span[] {
  const differences = differencesFromRecord(origin, ENGLISH.t);
  return [
    { text: `  ${originPlace(origin, ENGLISH.t)}`, style: "dim" },
    ...(differences === "" ? [] : [{ text: `  ${differences}`, style: "amber" as const }]),
  ];
}

function modelLines({ name, verdict, passed, origin }: ScannedModel): Line[] {
  const { mark, label, colour } = verdictLabel(verdict, ENGLISH.t);
  const what = verdict.state === "unsigned" ? "" : summarizeVerdict(verdict, ENGLISH, wholeSignerName);
  const first: Line = [
    { text: `${mark} ${label}`, style: STYLES[colour] },
    "  ",
    { text: name, style: "bold" },
    ...(what === "" ? [] : [{ text: `  ${what}`, style: "dim" as const }]),
    ...(origin === undefined ? [] : originColumn(origin)),
    ...(passed ? [] : [{ text: "  rejected", style: "red" as const }]),
  ];
  if (verdict.state === "verified" || verdict.state === "pinned") return [first];
  return [first, ...explanations(verdict).map((text): Line => [`    ${text}`])];
}

function failureLine({ message, passed }: SearchFailure): Line {
  return [{ text: passed ? "! " : "✗ ", style: passed ? "amber" : "red" }, message];
}

function searchedLines({ searched }: ScanResult): Line[] {
  const { notRequired, exempted, strays } = searched;
  const { paths, count } = exempted;
  const files = countText(notRequired, "file");
  const texts = [
    ...(count > 0 ? [`Exempt by unsignedFiles: ${namesText(paths, count)}`] : []),
    ...(notRequired > 0
      ? [`No signature required: ${files} outside of models, not signed and of no known format`]
      : []),
    ...strays.map(strayText),
  ];
  return texts.map((text) => [{ text, style: "dim" }]);
}

/** `Signature of llama: no such model here (model.sig)` */
export function strayText({ path, subject = "an unnamed model" }: SignatureWithoutModel): string {
  return `Signature of ${subject}: no such model here (${path})`;
}

function summaryText({ models, failures }: ScanResult): string {
  const rejected = models.filter(({ passed }) => !passed).length;
  const verified = models.filter(({ verdict }) => verdict.state === "verified").length;
  const pinned = models.filter(({ verdict }) => verdict.state === "pinned").length;
  const others = models.length - verified - pinned - rejected;
  const failed = failures.filter(({ passed }) => !passed).length;
  const warned = failures.length - failed;
  const parts = [
    `${verified} verified`,
    ...(pinned > 0 ? [`${pinned} pinned`] : []),
    ...(others > 0 ? [`${others} allowed`] : []),
    `${rejected} rejected`,
    ...(warned > 0 ? [`${countText(warned, "warning")} of the search`] : []),
    ...(failed > 0 ? [`${countText(failed, "failure")} of the search`] : []),
  ];
  return `${countText(models.length, "model")}: ${parts.join(", ")}`;
}
