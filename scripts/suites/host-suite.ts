import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { LAUNCHES, type Launch, makeWorkspace } from "../../test/host/launches.ts";
import { HOST_TESTS, type HostTestOptions } from "../../test/support/host-tests.ts";
import type { SuiteResult } from "../../test/support/results.ts";
import { bundleHostTests } from "../bundle-host-tests.ts";
import { ROOT } from "../fetch.mjs";
import { TEST_VSIX } from "../package.ts";
import { addUp } from "./totals.ts";

/** Runs every launch that has suites, one after the other, by the launcher that is given. */
export async function hostSuite(
  run: (launch: Launch, options: HostTestOptions) => Promise<SuiteResult>,
  launches: readonly Launch[] = LAUNCHES,
): Promise<SuiteResult> {
  const suites = await bundleHostTests();
  const outcomes: SuiteResult[] = [];
  for (const launch of launches) {
    const files = suites.filter((file) => (relative(HOST_TESTS, dirname(file)) || ".") === launch.suites);
    if (files.length === 0) {
      outcomes.push({ passed: 0, failed: [], skipped: [{ title: launch.name, reason: "it has no tests" }] });
      continue;
    }
    outcomes.push(await runLaunch(launch, files, run));
  }
  return addUp(outcomes);
}

async function runLaunch(
  launch: Launch,
  files: readonly string[],
  run: (launch: Launch, options: HostTestOptions) => Promise<SuiteResult>,
): Promise<SuiteResult> {
  const folder = realpathSync.native(mkdtempSync(join(tmpdir(), "host-launch-")));
  try {
    const stub = join(folder, "stub");
    mkdirSync(stub);
    writeFileSync(join(stub, "package.json"), JSON.stringify(STUB));
    const result = await run(launch, {
      name: launch.name.replaceAll(/[^a-z]+/gi, "-"),
      release: launch.release,
      trust: launch.trust,
      open: makeWorkspace(launch, folder),
      extension: launch.installed ? stub : ROOT,
      vsix: launch.installed ? [TEST_VSIX] : [],
      files,
      ...(launch.settings === undefined ? {} : { settings: launch.settings }),
    });
    return {
      ...result,
      failed: result.failed.map((test) => ({ ...test, title: `${launch.name}: ${test.title}` })),
      skipped: result.skipped.map((test) => ({ ...test, title: `${launch.name}: ${test.title}` })),
      retried: result.retried?.map((test) => ({ ...test, title: `${launch.name}: ${test.title}` })) ?? [],
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { passed: 0, failed: [{ title: launch.name, message }], skipped: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** VS Code runs tests only for an extension in development: one that does nothing, where the real one is installed. */
const STUB = { name: "stub", publisher: "model-provenance-tests", version: "0.0.0", engines: { vscode: "^1.110.0" } };
