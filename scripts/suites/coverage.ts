import { globSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { transformSync } from "esbuild";
import type { SuiteResult } from "../../test/support/results.ts";
import { ROOT } from "../fetch.mjs";
import { tool } from "../tool.ts";

/** What decides whether a signature is good: there, every line is looked at. */
const FOLDERS = ["src/core/bundle", "src/core/manifest", "src/core/verification"];
const MINIMUM_PERCENT = 98;

interface Lines {
  readonly total: number;
  readonly covered: number;
}

/** Prints the line coverage of each folder, from V8's files, and holds it to the minimum. */
export function coverageSuite(v8Files: string): SuiteResult {
  const include = FOLDERS.flatMap((folder) => ["--include", `${folder}/**/*.ts`]);
  const reporters = ["--reporter", "json-summary", "--reporter", "html"];
  tool("c8", "c8", ["report", "--temp-directory", v8Files, "--reports-dir", "coverage", ...reporters, ...include]);
  const summary: Record<string, { lines: Lines }> = JSON.parse(
    readFileSync(join(ROOT, "coverage", "coverage-summary.json"), "utf8"),
  );
  const measured = new Map(
    Object.entries(summary).map(([path, { lines }]) => [relative(ROOT, path).split(sep).join("/"), lines]),
  );
  const failed = FOLDERS.flatMap((folder) => {
    const { total, covered } = sum(folder, measured);
    const percent = total === 0 ? 0 : (100 * covered) / total;
    console.log(`Line coverage of ${folder.slice("src/".length)}: ${percent.toFixed(2)} % (${covered} of ${total})`);
    if (percent >= MINIMUM_PERCENT) return [];
    const message = `${percent.toFixed(2)} % is less than ${MINIMUM_PERCENT} %; see coverage/index.html`;
    return [{ title: `line coverage of ${folder}`, message }];
  });
  return { passed: FOLDERS.length - failed.length, failed, skipped: [] };
}

function sum(folder: string, measured: ReadonlyMap<string, Lines>): Lines {
  let total = 0;
  let covered = 0;
  for (const path of globSync(`${folder}/**/*.ts`, { cwd: ROOT }).map((found) => found.split(sep).join("/"))) {
    const source = readFileSync(join(ROOT, path), "utf8");
    // A file of types is never loaded; any other that no test loaded counts as not covered.
    const lines = measured.get(path) ?? { total: hasCode(source) ? source.split("\n").length : 0, covered: 0 };
    total += lines.total;
    covered += lines.covered;
  }
  return { total, covered };
}

function hasCode(source: string): boolean {
  return transformSync(source, { loader: "ts" }).code.trim() !== "";
}
