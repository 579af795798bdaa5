import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Work } from "../context.ts";
import { makeSmallFiles } from "../files.ts";
import { forgetEverything } from "../machine.ts";
import { pythonLoop, reference } from "../rivals.ts";
import { measureRounds, timed } from "../rounds.ts";
import { countText, digits, missing, row } from "../table.ts";

const FILES = 100_000;
const SETTLE_MS = 2100;

const small =
  (start: "warm" | "cold"): Work =>
  async (context) => {
    if (start === "cold" && !context.options.cold) return [];
    const count = context.count(FILES);
    const folder = makeSmallFiles(join(context.options.folder, "small", "model"), count);
    const before = start === "warm" ? (): void => {} : forgetEverything;
    const { python } = context;
    const subjects = [
      context.ours(folder, { before }),
      ...(python === undefined ? [] : [pythonLoop(python, folder, before)]),
      ...reference(python, folder, before),
    ];
    const measured = await measureRounds(context.options.rounds, subjects, start);
    const work = `${countText(count)} files of 1–4 KiB in nested folders, ${start}`;
    const speed = (name: string): string => `${countText(Math.round(count / measured.seconds(name)))} files/s`;
    const detail = (rival: string): string => `${speed("ours")}; ${rival} ${speed(rival)}`;
    return measured.has("reference")
      ? [
          row(
            work,
            measured.ratio("ours", "reference"),
            "× the reference",
            detail("reference"),
            start === "warm" ? { atLeast: 7 } : {},
          ),
          row(work, measured.ratio("ours", "Python loop"), "× a plain Python loop", detail("Python loop")),
        ]
      : [missing(work, "the reference", speed("ours"))];
  };

export const smallWarm: Work = small("warm");
export const smallCold: Work = small("cold");

export const smallCached: Work = async (context) => {
  const count = context.count(FILES);
  const folder = makeSmallFiles(join(context.options.folder, "small", "model"), count);
  const directory = join(context.options.folder, "cache");
  rmSync(directory, { recursive: true, force: true });
  const pool = { cache: directory };
  // The cache keeps nothing of a file that was written to in the last two seconds.
  await pause(SETTLE_MS);
  await context.ours(folder, { pool, request: { mode: "full" } }).run();
  const measured = await measureRounds(context.options.rounds, [
    context.ours(folder, { pool, request: { mode: "cached" } }),
    { name: "bare", run: async () => timed(() => lookAtAll(folder)) },
  ]);
  const detail = `${digits(measured.seconds("ours"))} s; bare ${digits(measured.seconds("bare"))} s`;
  const ratio = 1 / measured.ratio("ours", "bare");
  const work = `the same ${countText(count)}, unchanged, from the cache`;
  return [row(work, ratio, "× a bare enumerate-and-`lstat`", detail)];
};

/** The fastest way there is to see every file's size and times, see `core/model/walk.ts`. */
function lookAtAll(folder: string): number {
  let bytes = 0n;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      const path = `${next}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      bytes += lstatSync(path, { bigint: true }).size;
    }
  }
  return Number(bytes);
}
