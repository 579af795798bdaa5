import { resolve } from "node:path";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import { countText, describe as describeVerdict, wordsFor } from "../core/words.ts";
import { usageError } from "./arguments.ts";
import { EXIT } from "./command.ts";
import { junitReport } from "./formats/junit.ts";
import { sarifLog } from "./formats/sarif.ts";
import { verifiedScanJson } from "./json-report.ts";
import { ProgressLine } from "./progress-line.ts";
import { STYLES } from "./report.ts";
import { explanations, type ScannedModel } from "./scanned-model.ts";
import type { Terminal } from "./terminal.ts";
import type { Line } from "./text.ts";

export const SCAN_FORMATS = ["text", "json", "sarif", "junit"] as const;
export type ScanFormat = (typeof SCAN_FORMATS)[number];

export interface ScanHooks {
  readonly onProgress: (progress: DigestProgress) => void;
  readonly onModel: (model: ScannedModel) => void;
}

export interface ScanReport {
  readonly folder: string;
  readonly format: ScanFormat;
  /** Absolute path that SARIF's locations are relative to. */
  readonly root: string;
  scan(hooks: ScanHooks): Promise<readonly ScannedModel[]>;
}

/** Runs a scan and tells what came out. Exit status 1 if any model is refused. */
export async function reportScan(report: ScanReport, { out, err, log }: Terminal): Promise<number> {
  const progress = new ProgressLine(err);
  const isText = report.format === "text";
  let models: readonly ScannedModel[];
  try {
    models = await report.scan({
      onProgress: progress.update,
      onModel: (model) => {
        progress.clear();
        if (isText) out.print(...modelLines(model));
      },
    });
  } finally {
    progress.clear();
  }
  if (report.format === "json") out.json(verifiedScanJson(resolve(report.folder), models));
  if (report.format === "sarif") out.json(sarifLog(models, report.root));
  if (report.format === "junit") out.raw(junitReport(models));
  const refused = models.filter(({ passed }) => !passed).length;
  const summary = summaryText(models, refused);
  if (isText) out.print([{ text: summary, style: refused > 0 ? "red" : "bold" }]);
  else log.info(summary);
  return refused > 0 ? EXIT.failed : EXIT.done;
}

/** @throws ProvenanceError USAGE */
export function scanFormat(text: string | undefined, json: boolean): ScanFormat {
  if (text === undefined) return json ? "json" : "text";
  const found = SCAN_FORMATS.find((format) => format === text);
  if (found === undefined) throw usageError(`--format: "${text}" is not one of ${SCAN_FORMATS.join(", ")}.`);
  if (json && found !== "json") throw usageError(`--json and --format ${found} exclude one another.`);
  return found;
}

function modelLines({ name, verdict, passed }: ScannedModel): Line[] {
  const { mark, label, colour } = wordsFor(verdict);
  const what = verdict.state === "unsigned" ? "" : describeVerdict(verdict);
  const first: Line = [
    { text: `${mark} ${label}`, style: STYLES[colour] },
    "  ",
    { text: name, style: "bold" },
    ...(what === "" ? [] : [{ text: `  ${what}`, style: "dim" as const }]),
    ...(passed ? [] : [{ text: "  refused", style: "red" as const }]),
  ];
  if (verdict.state === "verified") return [first];
  return [first, ...explanations(verdict).map((text): Line => [`    ${text}`])];
}

function summaryText(models: readonly ScannedModel[], refused: number): string {
  const verified = models.filter(({ verdict }) => verdict.state === "verified").length;
  const others = models.length - verified - refused;
  const parts = [`${verified} verified`, ...(others > 0 ? [`${others} let pass`] : []), `${refused} refused`];
  return `${countText(models.length, "model")}: ${parts.join(", ")}`;
}
