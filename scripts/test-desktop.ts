// npm run test:desktop: the host suites in the desktop VS Code that @vscode/test-electron downloads.

import { LAUNCHES } from "../test/host/launches.ts";
import { runDesktopTests } from "../test/support/desktop.ts";
import { build } from "./build.ts";
import { hostSuite } from "./suites/host-suite.ts";
import { closingLine, skippedLines } from "./suites/totals.ts";

const OLDEST = "1.110.0";

await build();
// The installed VSIX is the server's part: the desktop has no way to install one without starting a second time.
const launches = LAUNCHES.filter(({ installed }) => !installed);
const result = await hostSuite(async (launch, options) => {
  console.log(`  desktop VS Code, ${launch.release}: ${launch.name}`);
  return await runDesktopTests({ ...options, version: launch.release === "oldest" ? OLDEST : "stable" });
}, launches);
for (const { title, message } of result.failed) console.error(`\n  ✗ ${title}\n    ${message}`);
for (const line of skippedLines(result)) console.log(line);
console.log(closingLine(result));
process.exitCode = result.failed.length > 0 ? 1 : 0;
