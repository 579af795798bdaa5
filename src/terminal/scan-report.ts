import { resolve } from "node:path";
import type { SearchCounts } from "../core/gate/gate-walk.ts";
import { type GateSearch, namesText, type SearchFailure } from "../core/gate/search-result.ts";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import type { Origin } from "../core/origin/origin.ts";
import { countText } from "../core/presentation/bytes-and-time.ts";
import { ENGLISH } from "../core/presentation/localizer.ts";
import { differencesFromRecord, originPlace } from "../core/presentation/origin-text.ts";
import { verdictLabel } from "../core/presentation/verdict-labels.ts";
import { summarizeVerdict } from "../core/presentation/verdict-summary.ts";
import { usageError } from "./arguments.ts";
import { EXIT } from "./command.ts";
import { junitReport } from "./formats/junit.ts";
import { sarifLog } from "./formats/sarif.ts";
import { isPassed, verifiedScanJson } from "./json-report.ts";
import { ProgressLine } from "./progress-line.ts";
import { STYLES } from "./report.ts";
import { explanations, type ScannedModel } from "./scanned-model.ts";
import type { Terminal } from "./terminal.ts";
import type { Line, Span } from "./text.ts";

export const SCAN_FORMATS = ["text", "json", "sarif", "junit"] as const;
export type ScanFormat = (typeof SCAN_FORMATS)[number];

/** What a scan found, and how far it looked. */
export interface ScanResult extends Omit<GateSearch, "models"> {
  readonly models: readonly ScannedModel[];
}

export interface ScanHooks {
  readonly onSearch: (counts: SearchCounts) => void;
  readonly onProgress: (progress: DigestProgress) => void;
  readonly onModel: (model: ScannedModel) => void;
}

export interface ScanReport {
  readonly folder: string;
  readonly format: ScanFormat;
  /** Absolute path that SARIF's locations are relative to. */
  readonly root: string;
  scan(hooks: ScanHooks): Promise<ScanResult>;
}

/** Runs a scan and reports it. Exit status 1 if any model is refused, or the search has a failure. */
export async function reportScan(report: ScanReport, { out, err, log }: Terminal): Promise<number> {
  const progress = new ProgressLine(err);
  const isText = report.format === "text";
  let result: ScanResult;
  try {
    result = await report.scan({
      onSearch: ({ folders, files }) => progress.show(searchText(folders, files)),
      onProgress: progress.update,
      onModel: (model) => {
        progress.clear();
        if (isText) out.print(...modelLines(model));
      },
    });
  } finally {
    progress.clear();
  }
  if (report.format === "json") out.json(verifiedScanJson(resolve(report.folder), result));
  if (report.format === "sarif") out.json(sarifLog(result, report.root));
  if (report.format === "junit") out.raw(junitReport(result));
  const passed = isPassed(result);
  const summary = summaryText(result);
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

/** @throws ProvenanceError USAGE */
export function scanFormat(text: string | undefined, json: boolean): ScanFormat {
  if (text === undefined) return json ? "json" : "text";
  const found = SCAN_FORMATS.find((format) => format === text);
  if (found === undefined) throw usageError(`--format: "${text}" is not one of ${SCAN_FORMATS.join(", ")}.`);
  if (json && found !== "json") throw usageError(`--json and --format ${found} exclude one another.`);
  return found;
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
  const what = verdict.state === "unsigned" ? "" : summarizeVerdict(verdict, ENGLISH);
  const first: Line = [
    { text: `${mark} ${label}`, style: STYLES[colour] },
    "  ",
    { text: name, style: "bold" },
    ...(what === "" ? [] : [{ text: `  ${what}`, style: "dim" as const }]),
    ...(origin === undefined ? [] : originColumn(origin)),
    ...(passed ? [] : [{ text: "  refused", style: "red" as const }]),
  ];
  if (verdict.state === "verified" || verdict.state === "pinned") return [first];
  return [first, ...explanations(verdict).map((text): Line => [`    ${text}`])];
}

function failureLine({ message, passed }: SearchFailure): Line {
  return [{ text: passed ? "! " : "✗ ", style: passed ? "amber" : "red" }, message];
}

function searchedLines({ searched }: ScanResult): Line[] {
  const { notDemanded, exempted } = searched;
  const { paths, count } = exempted;
  const files = countText(notDemanded, "file");
  return [
    ...(count > 0 ? [[{ text: `Exempt by unsignedFiles: ${namesText(paths, count)}`, style: "dim" as const }]] : []),
    ...(notDemanded > 0
      ? [
          [
            {
              text: `Not demanded: ${files} outside of models, not signed and of no known format`,
              style: "dim" as const,
            },
          ],
        ]
      : []),
  ];
}

function summaryText({ models, failures }: ScanResult): string {
  const refused = models.filter(({ passed }) => !passed).length;
  const verified = models.filter(({ verdict }) => verdict.state === "verified").length;
  const pinned = models.filter(({ verdict }) => verdict.state === "pinned").length;
  const others = models.length - verified - pinned - refused;
  const failed = failures.filter(({ passed }) => !passed).length;
  const parts = [
    `${verified} verified`,
    ...(pinned > 0 ? [`${pinned} pinned`] : []),
    ...(others > 0 ? [`${others} allowed`] : []),
    `${refused} refused`,
    ...(failed > 0 ? [`${countText(failed, "failure")} of the search`] : []),
  ];
  return `${countText(models.length, "model")}: ${parts.join(", ")}`;
}
