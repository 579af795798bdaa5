// node scripts/run.mjs TASK [ARGUMENT…]: what every npm script calls. Brings what is missing, then runs the task
// under Node 24 or newer. Plain JavaScript without dependencies: it runs on the system's Node 20, in a bare clone.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { nodeProblem } from "../src/required-node.js";
import { fetchNode, npm, pathWith, ROOT } from "./fetch.mjs";

const BIOME = "node_modules/@biomejs/biome/bin/biome";
const TASKS = {
  start: ["scripts/start.ts"],
  test: ["scripts/test.ts"],
  "test:interop": ["scripts/test.ts", "interop"],
  "test:long": ["scripts/test-long.ts"],
  "test:services": ["scripts/test-services.ts"],
  "test:desktop": ["scripts/test-desktop.ts"],
  build: ["scripts/build.ts"],
  check: ["scripts/check.ts"],
  lint: [BIOME, "lint", "--error-on-warnings"],
  format: [BIOME, "check", "--write"],
  bench: ["bench/run.ts"],
  package: ["scripts/package.ts"],
  release: ["scripts/release.ts"],
  pictures: ["scripts/pictures.ts"],
};

const [task, ...args] = process.argv.slice(2);
const command = Object.entries(TASKS).find(([name]) => name === task)?.[1];
if (command === undefined) {
  console.error(`Usage: node scripts/run.mjs ${Object.keys(TASKS).join(" | ")}`);
  process.exit(2);
}
try {
  const node = isNew() ? process.execPath : fetchNode("node");
  if (!installed()) {
    console.error("Installing the dependencies …");
    npm(["ci", "--ignore-scripts", "--no-fund", "--no-audit"], ROOT, node);
  }
  run(node, [...command, ...args]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** Whether this Node runs the scripts, and the program that they build. */
function isNew() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const running = process.versions.node;
  return Number.parseInt(running, 10) >= 24 && nodeProblem(running, engines.node) === undefined;
}

/**
 * Whether every package of the lock file is there in its version; npm writes the list of what it installed. Optional ones
 * for other systems are not.
 */
function installed() {
  const list = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(list)) return false;
  const there = JSON.parse(readFileSync(list, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, os, cpu }]) =>
      path === "" || (optional === true && (os ?? cpu) !== undefined) || there[path]?.version === version,
  );
}

/**
 * @param {string} node
 * @param {readonly string[]} argv
 */
function run(node, argv) {
  const child = spawn(node, argv, { cwd: ROOT, stdio: "inherit", env: { ...process.env, PATH: pathWith(node) } });
  // The terminal sends Ctrl-C to the child as well; a signal sent to this process alone is passed on.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
}
