import { spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RESULTS } from "../../test/support/reporter.ts";
import type { SuiteResult } from "../../test/support/results.ts";
import { CACHE, ROOT } from "../fetch.mjs";
import { toolPath } from "../tool.ts";

/** Milliseconds. */
const LONGEST_SUITE = 45 * 60_000;

export interface MochaSuiteOptions {
  /** Further arguments of mocha, such as `-g NAME`. */
  readonly mochaArgs: readonly string[];
  /** Folder for V8's coverage files. */
  readonly coverage?: string;
  /** Milliseconds a test. */
  readonly timeout?: number;
  /** How often a test that failed is tried again. */
  readonly retries?: number;
}

/** Runs the suites of one folder of test/ in a mocha of its own, on the TypeScript sources. */
export async function mochaSuite(name: string, options: MochaSuiteOptions): Promise<SuiteResult> {
  const files = globSync(`test/${name}/**/*.test.ts`, { cwd: ROOT }).sort();
  if (files.length === 0) return { passed: 0, failed: [], skipped: [{ title: name, reason: "it has no tests" }] };
  const results = join(CACHE, "results", `${name}.json`);
  mkdirSync(join(CACHE, "results"), { recursive: true });
  rmSync(results, { force: true });
  const code = await run(
    [
      toolPath("mocha", "mocha"),
      ...[
        "--require",
        "./test/support/fast-children.ts",
        "--reporter",
        "test/support/reporter.ts",
        "--timeout",
        String(options.timeout ?? 20_000),
        "--retries",
        String(options.retries ?? 0),
      ],
      ...options.mochaArgs,
      ...files,
    ],
    {
      ...process.env,
      [RESULTS]: results,
      ...(options.coverage === undefined ? {} : { NODE_V8_COVERAGE: options.coverage }),
    },
  );
  if (existsSync(results)) {
    const result: SuiteResult = JSON.parse(readFileSync(results, "utf8"));
    if (code === 0 || result.failed.length > 0) return result;
  }
  const message = `mocha ended with ${code}; what it said is above`;
  return { passed: 0, failed: [{ title: name, message }], skipped: [] };
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | string> {
  return new Promise((resolve, reject) => {
    // A test that waits for ever, or leaves something running, must not make the whole run do so.
    const options = { cwd: ROOT, env, timeout: LONGEST_SUITE, killSignal: "SIGTERM" } as const;
    const child = spawn(process.execPath, args, { ...options, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? signal ?? "nothing"));
  });
}
