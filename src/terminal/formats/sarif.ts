import { relative, resolve, sep } from "node:path";
import { isErrorCode } from "../../core/errors.ts";
import type { SearchFailure } from "../../core/gate/search-result.ts";
import { isInside } from "../../core/model/path-below.ts";
import { ENGLISH } from "../../core/presentation/localizer.ts";
import { shortReasonOf } from "../../core/presentation/short-reasons.ts";
import { VERDICT_LABELS } from "../../core/presentation/verdict-labels.ts";
import type { Verdict } from "../../core/verdict.ts";
import { finalSentence } from "../report.ts";
import { explanations, type ScannedModel, type ScanResult } from "../scanned-model.ts";
import { VERSION } from "../version.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** Absolute paths of folders. */
interface Folders {
  /** What the paths of failures are relative to. */
  readonly root: string;
  /** What the log's addresses are relative to: GitHub takes them for those of the repository. */
  readonly base: string;
}

/**
 * A SARIF 2.1.0 log: a result for each model that is not verified, and for each failure of the search.
 *
 * @param root of the scan
 * @param cwd addresses are relative to it where the root is in it: a job runs in its checkout
 */
export function sarifLog(
  { models, failures, searched }: ScanResult,
  root: string,
  cwd: string,
): Record<string, unknown> {
  const folders = { root, base: isInside(cwd, root) ? cwd : root };
  const results = [
    ...models.filter(({ verdict }) => verdict.state !== "verified").map((model) => result(model, folders)),
    ...failures.map((failure) => failureResult(failure, folders)),
  ];
  const rules = [...new Set(results.map(({ ruleId }) => ruleId))].sort().map(rule);
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      { tool: { driver: { name: "model-provenance", version: VERSION, rules } }, results, properties: { searched } },
    ],
  };
}

function result({ path, name, verdict, passed }: ScannedModel, { base }: Folders) {
  const level = passed ? (verdict.decision?.outcome === "warned" ? "warning" : "note") : "error";
  const text = [finalSentence(verdict, name), ...explanations(verdict)].join("\n");
  return {
    ruleId: ruleOf(verdict),
    level,
    message: { text },
    // A folder has no lines to point at; its signature is a file.
    locations: [
      {
        ...locationAt(verdict.signature ?? path, base),
        logicalLocations: [{ fullyQualifiedName: name, kind: "resource" }],
      },
    ],
    partialFingerprints: { model: name },
  };
}

/** At the files that it is about; a pattern that nothing matches, at its line in the policy. */
function failureResult({ code, message, passed, paths, place }: SearchFailure, { root, base }: Folders) {
  const locations =
    place === undefined
      ? paths.map((path) => locationAt(resolve(root, path), base))
      : [locationAt(place.file, base, { startLine: place.line, startColumn: place.column })];
  return {
    ruleId: code,
    level: passed ? "warning" : "error",
    message: { text: message },
    locations,
    partialFingerprints: { search: [code, ...paths].join(" ") },
  };
}

function locationAt(path: string, base: string, region?: Readonly<Record<string, number>>) {
  const uri = relative(base, path).split(sep).map(encodeURIComponent).join("/");
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: "%SRCROOT%" }, ...(region && { region }) } };
}

/** The first reason is the one that decided. */
function ruleOf({ state, reasons, decision }: Verdict): string {
  return reasons[0]?.code ?? decision?.reasons[0]?.code ?? state.toUpperCase();
}

function rule(id: string): Record<string, unknown> {
  const state = Object.entries(VERDICT_LABELS).find(([name]) => name.toUpperCase() === id);
  const text = isErrorCode(id) ? shortReasonOf(id, ENGLISH.t) : (state?.[1].label ?? id);
  return { id, shortDescription: { text: text.charAt(0).toUpperCase() + text.slice(1) } };
}
