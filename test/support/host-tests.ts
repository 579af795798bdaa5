import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { ROOT } from "../../scripts/fetch.mjs";
import { openWorkbench, screenshot } from "./browser.ts";
import { HOST_RUN, type HostRun } from "./host-run.ts";
import type { SuiteResult } from "./results.ts";
import { type ServerOptions, startServer } from "./vscode-server.ts";

/** Where the suites of test/host are bundled to; the same tree, `.cjs` for `.ts`. */
export const HOST_TESTS = join(ROOT, ".cache", "host-tests");

export interface HostTestOptions extends ServerOptions {
  /** Names the screenshot that is taken where the suites do not come to their end. */
  readonly name: string;
  /** The folder or `.code-workspace` file to open. */
  readonly open: string;
  /** Folder of the extension under test. Default: this repository. */
  readonly extension?: string;
  /** Bundled suites, absolute paths. */
  readonly files: readonly string[];
  /** Only tests of this name, as mocha's `-g`. */
  readonly grep?: string;
  /** Milliseconds for everything. Default: two minutes. */
  readonly timeout?: number;
}

/** Runs bundled mocha suites inside the extension host of a real VS Code, whose window is a browser's. */
export async function runHostTests(browser: Browser, options: HostTestOptions): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), "host-tests-"));
  const results = join(folder, "results.json");
  const run: HostRun = { files: options.files, results, ...(options.grep && { grep: options.grep }) };
  const server = await startServer({
    ...options,
    testDriver: true,
    env: { ...options.env, [HOST_RUN]: JSON.stringify(run) },
  });
  const log: string[] = [];
  try {
    const url = server.url({
      open: options.open,
      extensionDevelopmentPath: options.extension ?? ROOT,
      extensionTestsPath: join(HOST_TESTS, "index.cjs"),
    });
    let ended: () => void = () => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    // The workbench calls these two where they exist: its log, and the end of the tests.
    const page = await openWorkbench(browser, url, {
      codeAutomationLog: (_kind: string, args: unknown[]) => log.push(args.map(String).join(" ")),
      codeAutomationExit: () => ended(),
    });
    const timeout = setTimeout(ended, options.timeout ?? 600_000);
    await end;
    clearTimeout(timeout);
    const text = await readFile(results, "utf8").catch(() => undefined);
    if (text !== undefined) return JSON.parse(text);
    const picture = await screenshot(page, `${options.name}-did-not-end`);
    throw new Error(`The suites came to no end; see ${picture}\n${log.slice(-40).join("\n")}\n${server.output()}`);
  } finally {
    for (const context of browser.contexts()) await context.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
