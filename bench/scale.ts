// node bench/scale.ts: how digesting in parts grows with parts, files and bytes. The parts run one after the other, so
// each has the machine for itself, as it has in a cluster. Needs `npm run build`; the table goes to standard output.
import { spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../scripts/fetch.mjs";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "1000,10000,100000,1000000" },
    gib: { type: "string", default: "1,4,16" },
    parts: { type: "string", default: "1,2,4,8" },
    folder: { type: "string", default: tmpdir() },
  },
});
const numbers = (text: string): number[] => text.split(",").filter(Boolean).map(Number);

/** Has a process say at its end how much memory it had, in KiB. */
const MEMORY =
  'data:text/javascript,import{writeSync}from"node:fs";' +
  'process.on("exit",()=>writeSync(2,`peak ${process.resourceUsage().maxRSS} KiB`))';

interface Run {
  readonly seconds: number;
  /** Bytes. */
  readonly memory: number;
}

function run(...args: readonly string[]): Run {
  const started = performance.now();
  const program = ["--import", MEMORY, join(ROOT, "dist", "cli.js")];
  const { status, stderr } = spawnSync(process.execPath, [...program, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  const memory = Number(/peak (\d+) KiB$/.exec(stderr)?.[1] ?? Number.NaN) * 1024;
  return { seconds: (performance.now() - started) / 1000, memory };
}

/** Sparse files, which take the time of reading and hashing, and no space. */
function makeModel(folder: string, count: number, bytes: number): void {
  for (let at = 0; at < count; at++) {
    const below = join(folder, `folder-${Math.floor(at / 1000)}`);
    if (at % 1000 === 0) mkdirSync(below, { recursive: true });
    const path = join(below, `some-name-of-usual-length-${at}.bin`);
    if (bytes <= 4096) {
      writeFileSync(path, Buffer.alloc(bytes, at % 251));
      continue;
    }
    const fd = openSync(path, "w");
    ftruncateSync(fd, bytes);
    closeSync(fd);
  }
}

const text = (seconds: number): string => (seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1));
const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

function measure(folder: string, title: string, parts: readonly number[]): void {
  const model = join(folder, "model");
  for (const count of parts) {
    const manifests = join(folder, "parts");
    mkdirSync(manifests);
    const digest = (index: number): Run =>
      run("digest", model, `--part=${index}/${count}`, `--output=${join(manifests, `${index}.json`)}`);
    const runs = Array.from({ length: count }, (_, index) => digest(index));
    const again = digest(0);
    const whole = join(folder, "whole.json");
    const merge = run("digest", model, `--merge=${manifests}`, `--output=${whole}`);
    const seconds = runs.map((part) => part.seconds);
    const cells = [
      title,
      count,
      text(Math.max(...seconds)),
      text(Math.min(...seconds)),
      text(seconds.reduce((sum, part) => sum + part, 0)),
      mib(Math.max(...runs.map(({ memory }) => memory))),
      text(again.seconds),
      text(merge.seconds),
      mib(merge.memory),
      mib(statSync(whole).size),
    ];
    console.log(`| ${cells.join(" | ")} |`);
    rmSync(manifests, { recursive: true });
    rmSync(whole);
  }
}

console.log("| model | parts | slowest part, s | fastest, s | all, s | memory | again, s | merge, s | memory | manifest |");
console.log("| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
const parts = numbers(values.parts);
const models = [
  ...numbers(values.files).map((count) => [`${count.toLocaleString("en-US")} files of 1 KiB`, count, 1024] as const),
  ...numbers(values.gib).map((gib) => [`32 files, ${gib} GiB`, 32, (gib * 2 ** 30) / 32] as const),
];
for (const [title, count, bytes] of models) {
  const folder = mkdtempSync(join(values.folder, "scale-"));
  try {
    makeModel(join(folder, "model"), count, bytes);
    run("digest", join(folder, "model"));
    measure(folder, title, parts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
