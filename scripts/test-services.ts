// npm run test:services: test/services, the services of Sigstore themselves on loopback; the last line counts.
import { build } from "./build.ts";
import { mochaSuite } from "./suites/mocha-suite.ts";
import { reportResult } from "./suites/totals.ts";

await build();
process.exitCode = reportResult(await mochaSuite("services", { mochaArgs: process.argv.slice(2) }));
