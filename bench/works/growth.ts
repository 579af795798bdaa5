import { join } from "node:path";
import * as v from "valibot";
import type { Work } from "../context.ts";
import { run } from "../rivals.ts";
import { median } from "../rounds.ts";
import { digits, type Row } from "../table.ts";

const Told = v.object({
  write: v.number(),
  read: v.number(),
  check: v.number(),
  memory: v.number(),
  bundle: v.number(),
});
/** Linear would be 10 for ten times as many; a sort and the caches of the processor take their part. */
const TENFOLD = 15;

export const growth: Work = async (context) => {
  const script = join(import.meta.dirname, "..", "subjects", "growth.ts");
  const counts = [1000, 10_000, 100_000, 1_000_000].map((count) => context.scaled(count));
  const rows: Row[] = [];
  let before: number | undefined;
  for (const count of counts) {
    const told: v.InferOutput<typeof Told>[] = [];
    for (let round = 0; round < context.options.rounds; round++) {
      told.push(v.parse(Told, JSON.parse(await run(process.execPath, [script, String(count)]))));
    }
    const of = (key: keyof v.InferOutput<typeof Told>): number => median(told.map((one) => one[key]));
    const total = of("write") + of("read") + of("check");
    const parts = `write ${digits(of("write"))} s, read ${digits(of("read"))} s, compare ${digits(of("check"))} s`;
    const row = {
      work: `manifest, bundle, comparison of ${count} resources`,
      measured: `${parts}; ${(of("memory") / 1e6).toFixed(0)} MB for a bundle of ${digits(of("bundle") / 1e6)} MB`,
      against: "a tenth as many",
    };
    rows.push(
      before === undefined
        ? { ...row, ratio: Number.NaN }
        : { ...row, ratio: total / before, target: { atMost: TENFOLD } },
    );
    before = total;
  }
  return rows;
};
