import { resolve } from "node:path";
import { countText, describe as describeVerdict, wordsFor } from "../../core/words.ts";
import { usageError } from "../arguments.ts";
import { EXIT } from "../command.ts";
import { junitReport } from "../formats/junit.ts";
import { sarifLog } from "../formats/sarif.ts";
import { policyScanJson } from "../json-report.ts";
import { namedPolicies } from "../policy-options.ts";
import { explanations, type ScannedModel, scanWithPolicies } from "../policy-scan.ts";
import { ProgressLine } from "../progress-line.ts";
import { publicSigstoreOf } from "../public-sigstore.ts";
import { STYLES } from "../report.ts";
import type { Terminal } from "../terminal.ts";
import type { Line } from "../text.ts";

export const SCAN_FORMATS = ["text", "json", "sarif", "junit"] as const;
export type ScanFormat = (typeof SCAN_FORMATS)[number];

export interface ScanRequest {
  readonly folder: string;
  readonly policyPaths: readonly string[];
  readonly root: string | undefined;
  readonly offline: boolean;
  readonly format: ScanFormat;
}

/** Verifies all models below a folder as policies want it. Exit status 1 if any of them is refused. */
export async function scanByPolicy(request: ScanRequest, terminal: Terminal): Promise<number> {
  const { out, err, log } = terminal;
  const folder = resolve(request.folder);
  const chosen = await namedPolicies(request.policyPaths, folder, request.root, terminal);
  const progress = new ProgressLine(err);
  const isText = request.format === "text";
  let models: ScannedModel[];
  try {
    models = await scanWithPolicies(
      {
        folder,
        chosen,
        publicSigstore: publicSigstoreOf(terminal, request.offline),
        onProgress: progress.update,
        onModel: (model) => {
          progress.clear();
          if (isText) out.print(...modelLines(model));
        },
      },
      terminal,
    );
  } finally {
    progress.clear();
  }
  if (request.format === "json") out.json(policyScanJson(folder, models));
  if (request.format === "sarif") out.json(sarifLog(models, chosen.root));
  if (request.format === "junit") out.raw(junitReport(models));
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
