import { parseArgs } from "node:util";
import { LAUNCHES } from "../../test/host/launches.ts";
import { launchBrowser } from "../../test/support/browser.ts";
import { runHostTests } from "../../test/support/host-tests.ts";
import type { SuiteResult } from "../../test/support/results.ts";
import { serverVersion } from "../../test/support/vscode-server.ts";
import { hostSuite } from "./host-suite.ts";

/**
 * The host suites in VS Code's server.
 *
 * @param args `-g NAME` for the tests, `--window NAME` for the launches
 */
export async function hostInBrowser(args: readonly string[]): Promise<SuiteResult> {
  const { values } = parseArgs({
    args: [...args],
    options: { grep: { type: "string", short: "g" }, window: { type: "string" } },
  });
  const { grep, window } = values;
  const launches = LAUNCHES.filter(({ name }) => window === undefined || name === window);
  if (launches.length === 0)
    throw new Error(`There is no window "${window}", only ${LAUNCHES.map(({ name }) => `"${name}"`).join(", ")}.`);
  const browser = await launchBrowser();
  try {
    return await hostSuite(async (launch, options) => {
      console.log(`  VS Code's server, code-server ${serverVersion(launch.release)}: ${launch.name}`);
      return await runHostTests(browser, { ...options, ...(grep && { grep }) });
    }, launches);
  } finally {
    await browser.close();
  }
}
