#!/usr/bin/env node
// The program is imported only after the check: an older Node may not even read it.
import manifest from "../package.json" with { type: "json" };
import { nodeProblem } from "./required-node.js";
import { enableCompileCache } from "./terminal/compile-cache.ts";

const problem = nodeProblem(process.versions.node, manifest.engines.node);
if (problem === undefined) {
  // From source, the program is a module of its own; the bundle is one file.
  const isSource = import.meta.url.endsWith(".ts");
  if (!isSource) enableCompileCache();
  await import(isSource ? "./terminal/program.ts" : "./cli-main.cjs");
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
