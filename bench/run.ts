// npm run bench [-- NAME…]: runs bench/NAME.bench.ts, or all of them, one after the other.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const ENDING = ".bench.ts";
const here = import.meta.dirname;
const all = readdirSync(here)
  .filter((name) => name.endsWith(ENDING))
  .map((name) => name.slice(0, -ENDING.length))
  .sort();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = wanted.filter((name) => !all.includes(name));
if (all.length === 0) console.log("There are no benchmarks yet.");
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are: ${all.join(", ") || "none"}.`);
  process.exitCode = 2;
} else {
  for (const name of wanted) {
    const { status } = spawnSync(process.execPath, [join(here, `${name}${ENDING}`)], { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}
