import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./bundle.ts";
import { BenchContext, type Work } from "./context.ts";
import { describeMachine } from "./machine.ts";
import { benchOptions } from "./options.ts";
import { recordTable } from "./record.ts";
import { type Row, row, table } from "./table.ts";
import { blake3File, blake3Implementations } from "./works/blake3.ts";
import { growth } from "./works/growth.ts";
import {
  eightFiles,
  eightShards,
  oneColdFile,
  oneWarmFile,
  programs,
  threeEqualFiles,
  unevenFiles,
} from "./works/large-files.ts";
import { smallCached, smallCold, smallWarm } from "./works/small-files.ts";
import {
  terminalEightFiles,
  terminalManyModels,
  terminalOneFile,
  terminalScan,
  terminalSkills,
  terminalSmallFiles,
  terminalTinyModel,
} from "./works/terminal.ts";

/** In this order: the peak of memory is that of the works before it. */
const WORKS: Readonly<Record<string, Work>> = {
  "one-warm": oneWarmFile,
  programs,
  "one-cold": oneColdFile,
  uneven: unevenFiles,
  "three-equal": threeEqualFiles,
  eight: eightFiles,
  shards: eightShards,
  "small-warm": smallWarm,
  "small-cold": smallCold,
  "small-cached": smallCached,
  "terminal-small": terminalSmallFiles,
  "terminal-eight": terminalEightFiles,
  "terminal-one": terminalOneFile,
  "terminal-scan": terminalScan,
  "terminal-skills": terminalSkills,
  "terminal-many": terminalManyModels,
  "terminal-tiny": terminalTinyModel,
  blake3: blake3File,
  "blake3-memory": blake3Implementations,
  growth,
};

const options = benchOptions(process.argv.slice(2));
mkdirSync(options.folder, { recursive: true });
const started = performance.now();
const context = new BenchContext(options, await bundle(options.folder));
const rows: Row[] = [];
try {
  for (const [name, work] of Object.entries(WORKS)) {
    if (options.only.length > 0 && !options.only.some((wanted) => name.includes(wanted))) continue;
    console.error(`${Math.round((performance.now() - started) / 1000)} s: ${name} …`);
    context.work = name;
    const found = await work(context);
    for (const { work, measured, met } of found) {
      console.error(`  ${work}: ${measured}${met === undefined ? "" : met ? ", met" : ", NOT MET"}`);
    }
    rows.push(...found);
  }
} finally {
  if (!options.keep) rmSync(options.folder, { recursive: true, force: true });
}
rows.push(...latenessRows(context));

const text = `${describeRun()}\n\n${table(rows)}\n`;
console.log(text);
if (options.output !== undefined) writeFileSync(options.output, text);
if (options.record) recordTable(join(import.meta.dirname, "README.md"), text);

function describeRun(): string {
  const { size, files, rounds } = options;
  const minutes = ((performance.now() - started) / 60_000).toFixed(0);
  const scales = [size === 1 ? "" : `, bytes × ${size}`, files === 1 ? "" : `, files × ${files}`].join("");
  return `${describeMachine()}. Medians of ${rounds === 1 ? "1 round" : `${rounds} rounds`}${scales}; ${minutes} minutes.`;
}

function latenessRows({ lateness }: BenchContext): Row[] {
  if (lateness.longest === 0) return [];
  const work = "lateness of the parent's event loop during all of ours";
  return [
    row(`${work}: p99, median of all runs`, lateness.p99, "ms", "", { atMost: 5 }),
    row(`${work}: longest of all runs`, lateness.longest, "ms", lateness.longestIn),
  ];
}
