import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { CACHE, ROOT } from "../../scripts/fetch.mjs";
import { HOST_RUN, type HostRun } from "./host-run.ts";
import { HOST_TESTS, type HostTestOptions } from "./host-tests.ts";
import type { SuiteResult } from "./results.ts";
import { userSettings } from "./vscode-server.ts";

/** The path of a desktop VS Code, downloaded where it is not there yet. Rejects where it cannot be downloaded. */
export function fetchDesktop(version: string): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  return downloadAndUnzipVSCode({ version, cachePath: join(CACHE, "desktop"), extractSync: true });
}

/** A folder for the data of one window. Its path is short: on macOS a socket in it may have 103 characters. */
export function desktopData(): Promise<string> {
  return mkdtemp(join(tmpdir(), "vsc-"));
}

/** As `runTests` of @vscode/test-electron has them, which knows no Restricted Mode: it always turns trust off. */
export function testArguments(
  data: string,
  { open, extension = ROOT, trust }: Pick<HostTestOptions, "open" | "extension" | "trust">,
): string[] {
  return [
    open,
    ...["--no-sandbox", "--disable-gpu-sandbox", "--disable-updates"],
    ...["--skip-welcome", "--skip-release-notes", "--no-cached-data"],
    ...["--user-data-dir", data, "--extensions-dir", join(data, "extensions")],
    `--extensionDevelopmentPath=${extension}`,
    `--extensionTestsPath=${join(HOST_TESTS, "index.cjs")}`,
    ...(trust === "ask" ? [] : ["--disable-workspace-trust"]),
  ];
}

/** As runHostTests, in a desktop VS Code with a window of its own. */
export async function runDesktopTests(options: HostTestOptions & { readonly version: string }): Promise<SuiteResult> {
  return await runWindow(await fetchDesktop(options.version), options);
}

/** @param program of VS Code, absolute */
export async function runWindow(program: string, options: HostTestOptions): Promise<SuiteResult> {
  const data = await desktopData();
  try {
    const results = join(data, "results.json");
    const run: HostRun = { files: options.files, results };
    await userSettings(data, options.settings);
    const end = await ended(program, testArguments(data, options), {
      timeout: options.timeout ?? 600_000,
      env: desktopEnvironment({ ...options.env, [HOST_RUN]: JSON.stringify(run) }),
    });
    const text = await readFile(results, "utf8").catch(() => undefined);
    if (text === undefined) throw new Error(`VS Code ended with ${end} before the suites did; its output is above`);
    return JSON.parse(text);
  } finally {
    await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Without what makes VS Code a plain Node, as in a terminal that an extension of it started. */
export function desktopEnvironment(added: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return { ...env, ...added };
}

function ended(
  program: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly timeout: number },
): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, killSignal: "SIGKILL", stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? signal ?? "nothing"));
  });
}
