#!/usr/bin/env node
// The program is imported only after the check: an older Node may not even read it.
import { createRequire } from "node:module";
import manifest from "../package.json" with { type: "json" };
import { runtimeProblem } from "./required-node.js";
import { enableCompileCache } from "./terminal/compile-cache.ts";

const problem = runtimeProblem(manifest.engines.node);
if (problem === undefined) {
  if (import.meta.url.endsWith(".ts")) {
    await import("./terminal/program.ts");
  } else {
    enableCompileCache();
    // Not imported: Node would read the whole file once more for the names that it exports.
    createRequire(import.meta.url)("./cli-main.cjs");
  }
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
