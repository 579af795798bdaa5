// npm run test:long: what takes minutes, test/long; the last line counts.
import { ensureChromium } from "../test/support/chromium.ts";
import { type SuiteResult, WINDOW_RETRIES } from "../test/support/results.ts";
import { EVERY_THEME } from "../test/support/themes.ts";
import { noServer } from "../test/support/vscode-server.ts";
import { build } from "./build.ts";
import { TEST_VSIX, writeVsix } from "./package.ts";
import { mochaSuite } from "./suites/mocha-suite.ts";
import { addUp, closingLine, skippedLines } from "./suites/totals.ts";

await build();
const mochaArgs = process.argv.slice(2);
const results = [await mochaSuite("long", { mochaArgs })];
if (mochaArgs.length === 0) results.push(await everyTheme());
const result = addUp(results);
for (const line of skippedLines(result)) console.log(line);
for (const { title, message } of result.failed)
  console.error(`\n  ✗ ${title}\n    ${message.replaceAll("\n", "\n    ")}\n`);
console.log(closingLine(result));
process.exitCode = result.failed.length > 0 ? 1 : 0;

/** What a window shows, in the themes that `npm test` skips. */
async function everyTheme(): Promise<SuiteResult> {
  const chromium = ensureChromium();
  const missing = noServer() ?? ("missing" in chromium ? chromium.missing : undefined);
  if (missing !== undefined) return { passed: 0, failed: [], skipped: [{ title: "every theme", reason: missing }] };
  process.env[EVERY_THEME] = "1";
  writeVsix(TEST_VSIX);
  const options = {
    mochaArgs: ["-g", "signs, sees it verified|readable in"],
    timeout: 120_000,
    retries: WINDOW_RETRIES,
  };
  return await mochaSuite("e2e", options);
}
