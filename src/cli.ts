#!/usr/bin/env node
// The program is imported only after the check: an older Node may not even read it.
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import { runtimeProblem } from "./required-node.js";
import { enableCompileCache, runCompiled } from "./terminal/compile-cache.ts";

const problem = runtimeProblem(manifest.engines.node);
if (problem === undefined) {
  if (import.meta.url.endsWith(".ts")) {
    await import("./terminal/program.ts");
  } else {
    const file = fileURLToPath(new URL("./cli-main.cjs", import.meta.url));
    runCompiled(file, enableCompileCache(), process.argv.slice(2));
  }
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
