import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Work } from "../context.ts";
import { makeSmallFiles } from "../files.ts";
import { forgetEverything } from "../machine.ts";
import { pythonLoop, reference } from "../rivals.ts";
import { measureRounds, timed } from "../rounds.ts";
import { digits, type Row } from "../table.ts";

const FILES = 100_000;
const PEAK_TARGET = 200 * 1024 * 1024;

const small =
  (warm: boolean): Work =>
  async (context) => {
    if (!warm && !context.options.cold) return [];
    const count = context.scaled(FILES);
    const folder = makeSmallFiles(join(context.options.folder, "small", "model"), count);
    const before = warm ? (): void => {} : forgetEverything;
    const { python, rounds } = context.options;
    context.peak = 0;
    const measured = await measureRounds(rounds, [
      context.ours(folder, { before }),
      pythonLoop(python, folder, before),
      ...(context.reference ? [reference(python, folder, before)] : []),
    ]);
    const work = `${count} files of 1–4 KiB, ${warm ? "warm" : "cold"}`;
    const told = `${(count / measured.seconds("ours")).toFixed(0)} files/s`;
    const rows: Row[] = [
      {
        work,
        measured: told,
        against: "Python loop",
        ratio: measured.ratio("ours", "Python loop"),
        target: { atLeast: 1.8 },
      },
    ];
    if (context.reference) {
      rows.push({
        work,
        measured: told,
        against: "reference",
        ratio: measured.ratio("ours", "reference"),
        target: { atLeast: 7 },
      });
    }
    if (warm && context.peak > 0) {
      const mib = `${(context.peak / 1024 / 1024).toFixed(0)} MiB`;
      rows.push({
        work: `${work}, peak of the child`,
        measured: mib,
        against: "200 MiB",
        ratio: context.peak / PEAK_TARGET,
        target: { atMost: 1 },
      });
    }
    return rows;
  };

export const smallWarm: Work = small(true);
export const smallCold: Work = small(false);

export const smallCached: Work = async (context) => {
  const count = context.scaled(FILES);
  const folder = makeSmallFiles(join(context.options.folder, "small", "model"), count);
  const directory = join(context.options.folder, "cache");
  rmSync(directory, { recursive: true, force: true });
  const engine = { cache: { directory } };
  await context.ours(folder, { engine, request: { mode: "full" } }).run();
  const measured = await measureRounds(context.options.rounds, [
    context.ours(folder, { engine, request: { mode: "cached" } }),
    { name: "enumerate and lstat", run: async () => timed(() => lookAtAll(folder)) },
  ]);
  const seconds = (name: string): string => `${digits(measured.seconds(name))} s`;
  return [
    {
      work: `the same ${count}, unchanged, from the cache`,
      measured: `${seconds("ours")} (a bare enumerate and lstat: ${seconds("enumerate and lstat")})`,
      against: "enumerate and lstat",
      ratio: 1 / measured.ratio("ours", "enumerate and lstat"),
      target: { atMost: 1.5 },
    },
  ];
};

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
