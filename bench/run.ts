// npm run bench [-- NAME…]: runs bench/NAME.ts, or all of them, one after the other.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";

const own = basename(import.meta.filename);
const all = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".ts") && name !== own)
  .map((name) => name.slice(0, -".ts".length))
  .sort();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are: ${all.join(", ")}.`);
  process.exitCode = 2;
} else {
  for (const name of wanted) {
    const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}
