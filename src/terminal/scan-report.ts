import { searchGate } from "../core/gate/search-gate.ts";
import { isInPart, type PartNumber, partText } from "../core/manifest/part-number.ts";
import { countText } from "../core/presentation/bytes-and-time.ts";
import { EXIT } from "./command.ts";
import { junitReport } from "./formats/junit.ts";
import { sarifLog } from "./formats/sarif.ts";
import { failureLine, modelLines, searchedLines, summaryText } from "./formats/text.ts";
import { withReading } from "./progress-line.ts";
import type { ScannedModel } from "./scanned-model.ts";
import type { Terminal } from "./terminal.ts";
import { scanModel, type VerifyingScan } from "./verifying-scan.ts";

export const SCAN_FORMATS = ["text", "json", "sarif", "junit"] as const;

export interface ScanRequest {
  /** Absolute. */
  readonly folder: string;
  readonly allowEmpty: boolean;
  /** Of the models, if they are shared out. */
  readonly part: PartNumber | undefined;
  readonly format: (typeof SCAN_FORMATS)[number];
}

/**
 * Verifies every model below a folder, or every one of a part, one after the other, in the order of their paths, and
 * reports it. Exit status 1 if any model is rejected, or the search has a failure.
 */
export async function reportScan(request: ScanRequest, scan: VerifyingScan, terminal: Terminal): Promise<number> {
  const { out, err, log, cwd, interruption } = terminal;
  const { folder, allowEmpty, format, part } = request;
  const { root, search } = scan;
  const { signal } = interruption;
  const onProgress = (counts: { readonly folders: number; readonly files: number }) =>
    err.progress(`Searching: ${countText(counts.files, "file")} in ${countText(counts.folders, "folder")}`);
  const gate = await searchGate({ ...search, scanned: folder, root, allowEmpty, signal, onProgress });
  err.progress();
  const models: ScannedModel[] = [];
  for (const found of gate.models) {
    if (part !== undefined && !isInPart(folder, found.path, part)) continue;
    const model = await withReading(terminal, (reading) => scanModel(found, scan, reading));
    models.push(model);
    if (format === "text") out.print(...modelLines(model));
  }
  const { failures, searched } = gate;
  const result = { models, failures, searched };
  const passed = [...models, ...failures].every((one) => one.passed);
  const summary = `${part === undefined ? "" : `Part ${partText(part)}, `}${summaryText(result)}`;
  switch (format) {
    case "text":
      out.print(...failures.map(failureLine), ...searchedLines(result));
      out.print([{ text: summary, style: passed ? "bold" : "red" }]);
      break;
    case "json":
      out.report("scan", { folder, part, passed, models: models.map(modelJson), failures, searched });
      break;
    case "sarif":
      out.json(sarifLog(result, root, cwd));
      break;
    case "junit":
      out.raw(junitReport(result));
      break;
  }
  if (format !== "text") log.info(summary);
  return passed ? EXIT.done : EXIT.failed;
}

function modelJson({ path, kind, verdict, passed, origin }: ScannedModel) {
  const { state, signature } = verdict;
  return { path, kind, state, passed, signature, verdict, origin };
}
