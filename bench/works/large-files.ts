import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Work } from "../context.ts";
import { makeFile, makeFolder } from "../files.ts";
import { arithmetic, arithmeticOfAll, forgetFile } from "../machine.ts";
import { hasProgram, oneThread, program, reference } from "../rivals.ts";
import { type Measured, measureRounds } from "../rounds.ts";
import { type Row, rate, row, sizeText } from "../table.ts";

const GIB = 1024 ** 3;

/** What ours is compared with: the subject's name and the unit of the ratio. The arithmetic of the machine sets the limits. */
type Comparison = readonly [subject: string, unit: string];

/** A row for each comparison, as far as its subject ran. */
function rows(work: string, bytes: number, measured: Measured, comparisons: readonly Comparison[]): Row[] {
  return comparisons.flatMap(([subject, unit]) => {
    if (!measured.has(subject)) return [];
    const detail = `${rate(bytes, measured.seconds("ours"))}; ${subject} ${rate(bytes, measured.seconds(subject))}`;
    return [row(work, measured.ratio("ours", subject), unit, detail)];
  });
}

const REFERENCE = "× the reference";
const ALL_CORES: Comparison = ["arithmetic of all cores", "of all cores' arithmetic"];

export const oneWarmFile: Work = async (context) => {
  const bytes = context.bytes(10 * GIB);
  const file = makeFile(join(context.options.folder, "one.bin"), bytes);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(file),
    arithmetic(bytes),
    ...reference(context.python, file),
  ]);
  return rows(`one ${sizeText(bytes)} file, page cache`, bytes, measured, [
    ["arithmetic", "U"],
    ["reference", REFERENCE],
  ]);
};

/** On a file of their own: some build of `sha256sum` knows no SHA extensions, and would take minutes. */
export const programs: Work = async (context) => {
  const bytes = context.bytes(2 * GIB);
  const file = makeFile(join(context.options.folder, "programs.bin"), bytes);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(file),
    ...(hasProgram("openssl", "version") ? [program("openssl dgst", "openssl", ["dgst", "-sha256", file])] : []),
    ...(hasProgram("sha256sum", "--version") ? [program("sha256sum", "sha256sum", [file])] : []),
  ]);
  return rows(`one ${sizeText(bytes)} file, page cache`, bytes, measured, [
    ["openssl dgst", "× `openssl dgst`"],
    ["sha256sum", "× `sha256sum`"],
  ]);
};

export const oneColdFile: Work = async (context) => {
  if (process.platform !== "linux") return [];
  const bytes = context.bytes(4 * GIB);
  const file = makeFile(join(context.options.folder, "cold.bin"), bytes);
  const before = (): void => forgetFile(file);
  const subjects = [
    context.ours(file, { before }),
    program("cat", "cat", [file], before, { silent: true }),
    ...reference(context.python, file, before),
  ];
  const measured = await measureRounds(context.options.rounds, subjects, "cold");
  return rows(`one ${sizeText(bytes)} file, cold`, bytes, measured, [
    ["cat", "of `cat`"],
    ["reference", REFERENCE],
  ]);
};

export const unevenFiles: Work = async (context) => {
  const sizes = [1, 4, 1, 1, 1].map((gib) => context.bytes(gib * GIB));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const folder = makeFolder(join(context.options.folder, "uneven"), sizes);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(folder),
    oneThread(folder),
    arithmeticOfAll(bytes),
    ...reference(context.python, folder),
  ]);
  const cores = availableParallelism();
  const work = `1 × ${sizeText(context.bytes(4 * GIB))} + 4 × ${sizeText(context.bytes(GIB))}`;
  const split = measured.ratio("ours", "one thread") / cores;
  const detail = `${rate(bytes, measured.seconds("ours"))}; one thread, on each of ${cores} cores, ${rate(bytes * cores, measured.seconds("one thread"))}`;
  return [
    row(work, split, "of a perfect split", detail),
    ...rows(work, bytes, measured, [["reference", REFERENCE], ALL_CORES]),
  ];
};

export const threeEqualFiles: Work = async (context) => {
  const size = context.bytes(2 * GIB);
  const folder = makeFolder(join(context.options.folder, "three"), [size, size, size]);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(folder),
    arithmeticOfAll(3 * size),
    ...reference(context.python, folder),
  ]);
  return rows(`3 equal files of ${sizeText(size)}`, 3 * size, measured, [["reference", REFERENCE], ALL_CORES]);
};

export const eightFiles: Work = async (context) => {
  const size = context.bytes(GIB);
  const folder = makeFolder(join(context.options.folder, "eight"), new Array(8).fill(size));
  const measured = await measureRounds(context.options.rounds, [
    context.ours(folder),
    oneThread(folder),
    arithmeticOfAll(8 * size),
  ]);
  return rows(`8 × ${sizeText(size)}`, 8 * size, measured, [["one thread", "× one thread"], ALL_CORES]);
};

export const eightShards: Work = async (context) => {
  const shardSize = context.bytes(GIB);
  const file = makeFile(join(context.options.folder, "sharded.bin"), 8 * shardSize);
  const measured = await measureRounds(context.options.rounds, [
    context.ours(file, { request: { shardSize } }),
    oneThread(file, shardSize),
    arithmeticOfAll(8 * shardSize),
  ]);
  return rows(`8 shards of one ${sizeText(8 * shardSize)} file`, statSync(file).size, measured, [
    ["one thread", "× one thread"],
    ALL_CORES,
  ]);
};
