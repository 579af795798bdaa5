import { join } from "node:path";
import * as v from "valibot";
import type { Work } from "../context.ts";
import { run } from "../rivals.ts";
import { median } from "../rounds.ts";
import { countText, digits, type Row, row } from "../table.ts";

const Told = v.object({
  write: v.number(),
  read: v.number(),
  check: v.number(),
  memory: v.number(),
  bundle: v.number(),
});
type Told = v.InferOutput<typeof Told>;

/** Linear is 10 for ten times as many; sorting, and caches that no longer hold everything, take their part. */
const TENFOLD = { atMost: 15 };

export const growth: Work = async (context) => {
  const script = join(import.meta.dirname, "..", "subjects", "growth.ts");
  const rows: Row[] = [];
  let before: { readonly seconds: number; readonly memory: number } | undefined;
  for (const count of [1000, 10_000, 100_000, 1_000_000].map((full) => context.count(full))) {
    const rounds: Told[] = [];
    for (let round = 0; round < context.options.rounds; round++) {
      rounds.push(v.parse(Told, JSON.parse(await run(process.execPath, [script, String(count)]))));
    }
    const of = (key: keyof Told): number => median(rounds.map((one) => one[key]));
    const seconds = of("write") + of("read") + of("check");
    const memory = of("memory");
    const work = `manifest, bundle and comparison of ${countText(count)} resources`;
    const parts = `write ${digits(of("write"))} s, read ${digits(of("read"))} s, compare ${digits(of("check"))} s`;
    const held = `${(memory / 1e6).toFixed(0)} MB for a bundle of ${digits(of("bundle") / 1e6)} MB`;
    if (before === undefined) {
      rows.push({ work, measured: `${parts}; ${held}` });
    } else {
      const unit = "× a tenth as many";
      rows.push(row(`${work}: time`, seconds / before.seconds, unit, parts, TENFOLD));
      rows.push(row(`${work}: memory`, memory / before.memory, unit, held, TENFOLD));
    }
    before = { seconds, memory };
  }
  return rows;
};
