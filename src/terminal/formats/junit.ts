import { namesText, type Searched, type SearchFailure } from "../../core/gate/search-result.ts";
import { ENGLISH } from "../../core/presentation/localizer.ts";
import { wholeSignerName } from "../../core/presentation/signer-text.ts";
import { verdictLabel } from "../../core/presentation/verdict-labels.ts";
import { summarizeVerdict } from "../../core/presentation/verdict-summary.ts";
import { explanations, type ScannedModel, type ScanResult } from "../scanned-model.ts";
import { escapeControls } from "../text.ts";

/**
 * A JUnit report: a test a model, failed where it is rejected, skipped where it is allowed by an exception or unsigned.
 * Each failure of the search is a test as well.
 */
export function junitReport({ models, failures: ofSearch, searched }: ScanResult): string {
  const tests = [...models, ...ofSearch];
  const failures = tests.filter(({ passed }) => !passed).length;
  const skipped = models.filter(isSkipped).length;
  const counts = `tests="${tests.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  const cases = [...models.flatMap(testCase), ...ofSearch.flatMap(searchCase)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="model-provenance" ${counts}>`,
    `  <testsuite name="models" ${counts}>`,
    ...propertyLines(searched),
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function propertyLines({ folders, files, notRequired, exempted, skipped }: Searched): string[] {
  const values = {
    folders,
    files,
    notRequired,
    exempted: namesText(exempted.paths, exempted.count),
    skipped: skipped.map(({ path, reason }) => `${path} (${reason})`).join(", "),
  };
  const lines = Object.entries(values).map(
    ([name, value]) => `      <property name="searched.${name}" value="${escaped(String(value))}"/>`,
  );
  return ["    <properties>", ...lines, "    </properties>"];
}

function searchCase({ code, message, passed, paths }: SearchFailure): string[] {
  const text = escaped(message);
  const inside = passed
    ? `<system-out>${text}</system-out>`
    : `<failure message="${text}" type="${code}">${paths.map(escaped).join("\n")}</failure>`;
  return caseLines("search", [code, ...paths].join(" "), 0, inside);
}

function caseLines(suite: string, name: string, seconds: number, inside: string): string[] {
  const open = `    <testcase classname="${suite}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
  return inside === "" ? [`${open}/>`] : [`${open}>`, `      ${inside}`, "    </testcase>"];
}

function isSkipped({ passed, verdict }: ScannedModel): boolean {
  const outcome = verdict.decision?.outcome;
  return passed && (outcome === "exception" || outcome === "unsigned");
}

function testCase(model: ScannedModel): string[] {
  const { name, verdict } = model;
  return caseLines("models", name, verdict.coverage?.seconds ?? 0, resultOf(model));
}

function resultOf(model: ScannedModel): string {
  const { verdict, passed } = model;
  const reasons = explanations(verdict).map(escaped).join("\n");
  const summary = summarizeVerdict(verdict, ENGLISH, wholeSignerName);
  const { label } = verdictLabel(verdict, ENGLISH.t);
  const headline = escaped(summary === "" ? label : `${label}: ${summary}`);
  if (!passed) return `<failure message="${headline}" type="${verdict.state}">${reasons}</failure>`;
  if (isSkipped(model)) return `<skipped message="${headline}"/>`;
  const note = verdict.state === "pinned" ? headline : reasons;
  return note === "" ? "" : `<system-out>${note}</system-out>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Characters that XML 1.0 cannot hold are shown by their number. */
function escaped(text: string): string {
  return escapeControls(text)
    .replaceAll(/[\uFFFE\uFFFF]/g, "\uFFFD")
    .replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? "");
}
