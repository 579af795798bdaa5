// npm test [-- SUITE… [mocha's arguments]]: everything that this machine can run; the last line counts.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "../test/support/chromium.ts";
import { type SuiteResult, WINDOW_RETRIES } from "../test/support/results.ts";
import { noServer } from "../test/support/vscode-server.ts";
import { build } from "./build.ts";
import { CHECKS } from "./check.ts";
import { CACHE, ROOT } from "./fetch.mjs";
import { TEST_VSIX, writeVsix } from "./package.ts";
import { checkSamples } from "./start/check-samples.ts";
import { coverageSuite } from "./suites/coverage.ts";
import { hostInBrowser } from "./suites/host-in-browser.ts";
import { mochaSuite } from "./suites/mocha-suite.ts";
import { addUp, closingLine, limitRetries, retryLines, skippedLines } from "./suites/totals.ts";

const firstOption = process.argv.findIndex((arg, index) => index > 1 && arg.startsWith("-"));
const named = process.argv.slice(2, firstOption === -1 ? undefined : firstOption);
const mochaArgs = firstOption === -1 ? [] : process.argv.slice(firstOption);
const v8Files = join(CACHE, `coverage-${process.pid}`);
const E2E_TIMEOUT = 120_000;

const SUITES: Readonly<Record<string, () => Promise<SuiteResult>>> = {
  check: async () => addUp(Object.entries(CHECKS).map(([name, check]) => single(name, check))),
  unit: () => mochaSuite("unit", { mochaArgs, coverage: v8Files }),
  conformance: () => mochaSuite("conformance", { mochaArgs, coverage: v8Files }),
  interop: () => mochaSuite("interop", { mochaArgs, coverage: v8Files }),
  manifest: () => mochaSuite("manifest", { mochaArgs }),
  samples: () => checkSamples(() => {}),
  host: () => inBrowser("host", () => hostInBrowser(mochaArgs)),
  e2e: () => inBrowser("e2e", () => mochaSuite("e2e", { mochaArgs, timeout: E2E_TIMEOUT, retries: WINDOW_RETRIES })),
};

const unknown = named.filter((name) => !Object.hasOwn(SUITES, name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(", ")}; there are ${Object.keys(SUITES).join(", ")}.`);
  process.exit(2);
}

const results: SuiteResult[] = [];
await measure("build", async () => {
  await prepare();
  return { passed: 1, failed: [], skipped: [] };
});
// What waits for processes and disks goes in two lanes; windows and their clicks have the machine for themselves.
await Promise.all([inOrder(["unit"]), inOrder(["check", "conformance", "interop", "manifest", "samples"])]);
await inOrder(["host", "e2e"]);
if (named.length === 0 && mochaArgs.length === 0) {
  await measure("coverage", async () => coverageSuite(v8Files));
}
rmSync(v8Files, { recursive: true, force: true });
const total = limitRetries(addUp(results));
console.log("");
for (const line of skippedLines(total)) console.log(line);
for (const line of retryLines(total)) console.log(line);
for (const { title } of total.failed) console.log(`Failed: ${title}`);
console.log(closingLine(total));
process.exitCode = total.failed.length > 0 ? 1 : 0;

async function inOrder(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const run = SUITES[name];
    if (run !== undefined && (named.length === 0 || named.includes(name))) await measure(name, run);
  }
}

async function prepare(): Promise<void> {
  rmSync(join(ROOT, "test-results"), { recursive: true, force: true });
  await build();
  if (["manifest", "host", "e2e"].some((name) => named.length === 0 || named.includes(name))) writeVsix(TEST_VSIX);
}

async function measure(name: string, run: () => Promise<SuiteResult>): Promise<void> {
  const start = performance.now();
  const result = await run().catch((error: unknown): SuiteResult => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { passed: 0, failed: [{ title: name, message }], skipped: [] };
  });
  for (const { title, message } of result.failed) {
    console.error(`\n  ✗ ${title}\n    ${message.replaceAll("\n", "\n    ")}\n`);
  }
  for (const { title, message } of result.retried ?? []) {
    console.error(`\n  ↻ tried again: ${title}\n    ${message.replaceAll("\n", "\n    ")}\n`);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${result.failed.length === 0 ? "✓" : "✗"} ${name.padEnd(12)} ${closingLine(result)} (${seconds} s)`);
  results.push(result);
}

function single(title: string, check: () => unknown): SuiteResult {
  try {
    check();
    return { passed: 1, failed: [], skipped: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { passed: 0, failed: [{ title, message }], skipped: [] };
  }
}

async function inBrowser(name: string, run: () => Promise<SuiteResult>): Promise<SuiteResult> {
  const reason = noServer() ?? noChromium();
  return reason === undefined ? await run() : { passed: 0, failed: [], skipped: [{ title: name, reason }] };
}

function noChromium(): string | undefined {
  const chromium = ensureChromium();
  return "missing" in chromium ? chromium.missing : undefined;
}
