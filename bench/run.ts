import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { bundle } from "./bundle.ts";
import { BenchContext, type Work } from "./context.ts";
import { describeMachine } from "./machine.ts";
import { benchOptions } from "./options.ts";
import { digits, type Row, table } from "./table.ts";
import { blake3File, blake3Implementations } from "./works/blake3.ts";
import { growth } from "./works/growth.ts";
import {
  manyLargeFiles,
  oneColdFile,
  oneWarmFile,
  peakOfLargeFiles,
  shards,
  threeEqualFiles,
  unevenFiles,
} from "./works/large-files.ts";
import { smallCached, smallCold, smallWarm } from "./works/small-files.ts";
import { terminalScan, terminalSmallFiles, terminalTinyModel } from "./works/terminal.ts";

/** In this order: the peak of memory is that of the works before it. */
const WORKS: Readonly<Record<string, Work>> = {
  "one-warm": oneWarmFile,
  "one-cold": oneColdFile,
  uneven: unevenFiles,
  "three-equal": threeEqualFiles,
  eight: manyLargeFiles,
  shards,
  peak: peakOfLargeFiles,
  "small-warm": smallWarm,
  "small-cold": smallCold,
  "small-cached": smallCached,
  blake3: blake3File,
  "blake3-memory": blake3Implementations,
  "terminal-small": terminalSmallFiles,
  "terminal-tiny": terminalTinyModel,
  "terminal-scan": terminalScan,
  growth,
};

const options = benchOptions(process.argv.slice(2));
mkdirSync(options.folder, { recursive: true });
const context = new BenchContext(options, await bundle(options.folder));
const rows: Row[] = [];
try {
  for (const [name, work] of Object.entries(WORKS)) {
    if (options.only.length > 0 && !options.only.some((wanted) => name.includes(wanted))) continue;
    console.error(`${name} …`);
    const found = await work(context);
    for (const row of found) console.error(`  ${row.work}: ${row.measured}; ${digits(row.ratio)} of ${row.against}`);
    rows.push(...found);
  }
} finally {
  if (!options.keep) rmSync(options.folder, { recursive: true, force: true });
}
rows.push(...latenessRows(context));

const size = options.scale === 1 ? "" : `, sizes × ${options.scale}`;
const text = `${describeMachine()}; medians of ${options.rounds} rounds${size}\n\n${table(rows)}\n`;
console.log(text);
if (options.output !== undefined) writeFileSync(options.output, text);

function latenessRows({ lateness }: BenchContext): Row[] {
  if (lateness.longest === 0) return [];
  const work = "lateness of the parent's event loop during all of ours";
  return [
    {
      work,
      measured: `p99 ${digits(lateness.p99)} ms`,
      against: "5 ms",
      ratio: lateness.p99 / 5,
      target: { atMost: 1 },
    },
    {
      work,
      measured: `longest ${digits(lateness.longest)} ms`,
      against: "20 ms",
      ratio: lateness.longest / 20,
      target: { atMost: 1 },
    },
  ];
}
