// What the library does first. It is put in front of each of its modules when they are bundled (esbuild.mjs).
import manifest from "../package.json" with { type: "json" };
import { runtimeProblem } from "./required-node.js";

const problem = runtimeProblem(manifest.engines.node);
if (problem !== undefined) throw new Error(problem);
