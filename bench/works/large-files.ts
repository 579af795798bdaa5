import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { BenchContext, Work } from "../context.ts";
import { makeFile, makeFolder } from "../files.ts";
import { arithmetic, arithmeticOfAll, forgetFile } from "../machine.ts";
import { hasProgram, oneThread, program, reference } from "../rivals.ts";
import { type Measured, measureRounds, type Subject } from "../rounds.ts";
import { type Row, rate } from "../table.ts";

const GIB = 1024 ** 3;
/** Bytes: what the table's peak of 120 MiB is. */
const PEAK_TARGET = 120 * 1024 * 1024;

function referenceIfThere(context: BenchContext, model: string, before?: () => void): Subject[] {
  return context.reference ? [reference(context.options.python, model, before)] : [];
}

/** Rows of ours against the reference and the other programs, as far as they ran. */
function rows(
  work: string,
  bytes: number,
  measured: Measured,
  targets: Readonly<Record<string, number | undefined>>,
): Row[] {
  return Object.entries(targets).flatMap(([against, atLeast]) => {
    const ratio = measured.ratio("ours", against);
    if (Number.isNaN(ratio)) return [];
    const both = `${rate(bytes, measured.seconds("ours"))} (${against}: ${rate(bytes, measured.seconds(against))})`;
    return [{ work, measured: both, against, ratio, ...(atLeast !== undefined && { target: { atLeast } }) }];
  });
}

export const oneWarmFile: Work = async (context) => {
  const bytes = context.scaled(10 * GIB);
  const file = makeFile(join(context.options.folder, "one.bin"), bytes);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(file),
    arithmetic(bytes),
    ...referenceIfThere(context, file),
    ...(hasProgram("openssl", "version") ? [program("openssl dgst", "openssl", ["dgst", "-sha256", file])] : []),
    ...(hasProgram("sha256sum", "--version") ? [program("sha256sum", "sha256sum", [file])] : []),
  ]);
  const targets = { arithmetic: 0.96, reference: 1.12, "openssl dgst": undefined, sha256sum: undefined };
  return rows("one file, page cache", bytes, measured, targets);
};

export const oneColdFile: Work = async (context) => {
  if (process.platform !== "linux") return [];
  const bytes = context.scaled(4 * GIB);
  const file = makeFile(join(context.options.folder, "cold.bin"), bytes);
  const before = (): void => forgetFile(file);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(file, { before }),
    program("cat", "cat", [file], before),
    ...referenceIfThere(context, file, before),
  ]);
  return rows("one file, cold", bytes, measured, { cat: 0.9, reference: 1.45 });
};

export const unevenFiles: Work = async (context) => {
  const sizes = [1, 4, 1, 1, 1].map((gib) => context.scaled(gib * GIB));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const folder = makeFolder(join(context.options.folder, "uneven"), sizes);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(folder),
    oneThread(folder),
    arithmeticOfAll(bytes),
    ...referenceIfThere(context, folder),
  ]);
  const cores = availableParallelism();
  const perfect: Row = {
    work: "1 × 4 GiB and 4 × 1 GiB",
    measured: rate(bytes, measured.seconds("ours")),
    against: `one thread, its time divided by ${cores} cores`,
    ratio: measured.ratio("ours", "one thread") / cores,
    target: { atLeast: 0.97 },
  };
  const targets = { reference: 1.35, "arithmetic of all cores": undefined };
  return [perfect, ...rows("1 × 4 GiB and 4 × 1 GiB", bytes, measured, targets)];
};

export const threeEqualFiles: Work = async (context) => {
  const size = context.scaled(2 * GIB);
  const folder = makeFolder(join(context.options.folder, "three"), [size, size, size]);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(folder),
    arithmeticOfAll(3 * size),
    ...referenceIfThere(context, folder),
  ]);
  return rows("3 equal files", 3 * size, measured, { reference: 0.97, "arithmetic of all cores": undefined });
};

export const manyLargeFiles: Work = async (context) => {
  const size = context.scaled(GIB);
  const folder = makeFolder(join(context.options.folder, "eight"), new Array(8).fill(size));
  const measured = await measureRounds(context.options.rounds, [
    context.ours(folder),
    oneThread(folder),
    arithmeticOfAll(8 * size),
  ]);
  const targets = { "one thread": 1.93, "arithmetic of all cores": undefined };
  return rows("8 × 1 GiB", 8 * size, measured, targets);
};

export const shards: Work = async (context) => {
  const shardSize = context.scaled(GIB);
  const file = makeFile(join(context.options.folder, "sharded.bin"), 8 * shardSize);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(file, { request: { shardSize } }),
    oneThread(file, shardSize),
    arithmeticOfAll(8 * shardSize),
  ]);
  const targets = { "one thread": 1.93, "arithmetic of all cores": undefined };
  return rows("8 shards of one 8 GiB file", statSync(file).size, measured, targets);
};

/** After the others: what the hashing process took at most for any of them. */
export const peakOfLargeFiles: Work = async (context) => {
  if (context.peak === 0) return [];
  const mib = (context.peak / 1024 / 1024).toFixed(0);
  const ratio = context.peak / PEAK_TARGET;
  return [
    {
      work: "peak memory of the child, large files",
      measured: `${mib} MiB`,
      against: "120 MiB",
      ratio,
      target: { atMost: 1 },
    },
  ];
};
