// npm run test:long: what takes minutes, test/long; the last line counts.
import { build } from "./build.ts";
import { mochaSuite } from "./suites/mocha-suite.ts";
import { closingLine, skippedLines } from "./suites/totals.ts";

await build();
const result = await mochaSuite("long", { mochaArgs: process.argv.slice(2) });
for (const line of skippedLines(result)) console.log(line);
for (const { title, message } of result.failed)
  console.error(`\n  ✗ ${title}\n    ${message.replaceAll("\n", "\n    ")}\n`);
console.log(closingLine(result));
process.exitCode = result.failed.length > 0 ? 1 : 0;
