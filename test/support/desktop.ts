import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { CACHE, ROOT } from "../../scripts/fetch.mjs";
import { HOST_RUN, type HostRun } from "./host-run.ts";
import { HOST_TESTS, type HostTestOptions } from "./host-tests.ts";
import type { SuiteResult } from "./results.ts";
import { userSettings } from "./vscode-server.ts";

/** The path of a desktop VS Code, downloaded where it is not there yet. Rejects where it cannot be downloaded. */
export function fetchDesktop(version: string): Promise<string> {
  return downloadAndUnzipVSCode({ version, cachePath: join(CACHE, "desktop"), extractSync: true });
}

/** As runHostTests, in a desktop VS Code with a window of its own. */
export async function runDesktopTests(options: HostTestOptions & { readonly version: string }): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), "desktop-tests-"));
  try {
    const results = join(folder, "results.json");
    const run: HostRun = { files: options.files, results };
    const data = join(folder, "data");
    await userSettings(data, options.settings);
    await runTests({
      vscodeExecutablePath: await fetchDesktop(options.version),
      extensionDevelopmentPath: options.extension ?? ROOT,
      extensionTestsPath: join(HOST_TESTS, "index.cjs"),
      extensionTestsEnv: { ...options.env, [HOST_RUN]: JSON.stringify(run) },
      launchArgs: [
        options.open,
        ...["--user-data-dir", data, "--extensions-dir", join(folder, "extensions")],
        ...(options.trust === "ask" ? [] : ["--disable-workspace-trust"]),
      ],
    });
    return JSON.parse(await readFile(results, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
