// node bench/scale.ts: how digesting in parts grows with parts, files and bytes. The parts run one after the other, so
// each has the machine for itself, as it has in a cluster. Needs `npm run build`; the table goes to standard output.
import { spawnSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
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

/** Has a process say at its end what it used: KiB of memory, microseconds of processor time. */
const USAGE =
  'data:text/javascript,import{writeSync}from"node:fs";process.on("exit",()=>{const u=process.resourceUsage();' +
  'writeSync(2,"used "+u.maxRSS+" "+(u.userCPUTime+u.systemCPUTime))})';

interface Run {
  readonly seconds: number;
  /** Processor time of all threads: what other programs do meanwhile hardly changes it. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

function run(...args: readonly string[]): Run {
  const started = performance.now();
  const program = ["--import", USAGE, join(ROOT, "dist", "cli.js")];
  const { status, stderr } = spawnSync(process.execPath, [...program, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  const [, memory, cpu] = /used (\d+) (\d+)$/.exec(stderr) ?? [];
  return { seconds: (performance.now() - started) / 1000, cpu: Number(cpu) / 1e6, memory: Number(memory) * 1024 };
}

/**
 * Sparse files, which take the time of reading and hashing, and no space. A thousand small ones are hard links of one:
 * they are listed, opened and read as others are, and a million of them take seconds to make.
 */
function makeModel(folder: string, count: number, bytes: number): void {
  let first = "";
  for (let at = 0; at < count; at++) {
    const below = join(folder, `folder-${Math.floor(at / 1000)}`);
    const path = join(below, `some-name-of-usual-length-${at}.bin`);
    if (at % 1000 === 0) {
      mkdirSync(below, { recursive: true });
      first = path;
    } else if (bytes <= 4096) {
      linkSync(first, path);
      continue;
    }
    writeFileSync(path, "");
    truncateSync(path, bytes);
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
    const most = (of: (part: Run) => number): number => Math.max(...runs.map(of));
    const cells = [
      title,
      count,
      text(most((part) => part.seconds)),
      text(most((part) => part.cpu)),
      text(Math.min(...runs.map((part) => part.cpu))),
      mib(most((part) => part.memory)),
      text(again.cpu),
      text(merge.seconds),
      text(merge.cpu),
      mib(merge.memory),
      mib(statSync(whole).size),
    ];
    console.log(`| ${cells.join(" | ")} |`);
    rmSync(manifests, { recursive: true });
    rmSync(whole);
  }
}

console.log(
  "| model | parts | slowest part, s | its CPU, s | least CPU, s | memory | again, CPU s | merge, s | CPU, s | memory | manifest |",
);
console.log(`| --- |${" --: |".repeat(10)}`);
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
