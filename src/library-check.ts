// What the library does first. It is put in front of each of its modules when they are bundled (esbuild.mjs).
import manifest from "../package.json" with { type: "json" };
import { nodeProblem } from "./required-node.js";

const problem = nodeProblem(process.versions.node, manifest.engines.node);
if (problem !== undefined) throw new Error(problem);
