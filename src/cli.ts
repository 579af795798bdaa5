#!/usr/bin/env node
// The program is imported only after the check: an older Node may not even read it.
import manifest from "../package.json" with { type: "json" };
import { nodeProblem } from "./required-node.js";

const problem = nodeProblem(process.versions.node, manifest.engines.node);
if (problem === undefined) {
  await import("./terminal/program.ts");
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
