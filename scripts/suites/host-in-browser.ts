import { launchBrowser } from "../../test/support/browser.ts";
import { runHostTests } from "../../test/support/host-tests.ts";
import type { SuiteResult } from "../../test/support/results.ts";
import { serverVersion } from "../../test/support/vscode-server.ts";
import { hostSuite } from "./host-suite.ts";

/** The host suites in VS Code's server. */
export async function hostInBrowser(): Promise<SuiteResult> {
  const browser = await launchBrowser();
  try {
    return await hostSuite(async (launch, options) => {
      console.log(`  VS Code's server, code-server ${serverVersion(launch.release)}: ${launch.name}`);
      return await runHostTests(browser, options);
    });
  } finally {
    await browser.close();
  }
}
