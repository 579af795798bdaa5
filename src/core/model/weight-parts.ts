import { join } from "node:path";
import type { ModelFile } from "./file-list.ts";
import { existsIn } from "./ignore.ts";
import { SPLIT_NAME } from "./model-files.ts";
import { isWeightIndex, weightIndexes } from "./partial-download.ts";
import { namesIn, statIfReadable } from "./stat-if-readable.ts";
import { statLine } from "./stat-line.ts";

/** Parts of one model's weights, of which a signature covers some. */
export interface WeightParts {
  readonly total: number;
  readonly covered: number;
  /** The first that are not covered, by canonical name; whether they exist is not said. */
  readonly uncovered: readonly string[];
}

/** Parts of weights that are looked for, groups of them, and names that are kept of each. */
const MAX_PARTS = 10_000;
const MAX_GROUPS = 20;
const NAMES = 3;
/** Where `model.onnx` has its weights, if they are not in it. */
const ONNX_DATA = [".data", "_data"] as const;

/**
 * Weights in several files of which not all are covered: parts with numbers in their names, external data of ONNX, and
 * what an index names.
 *
 * @param covered canonical names of the files that are covered
 * @param folder that the names are relative to
 * @param indexed files among which indexes are looked for
 */
export function partlyCovered(
  covered: ReadonlySet<string>,
  folder: string,
  indexed: readonly ModelFile[] = [],
): readonly WeightParts[] {
  const found = new Map<string, WeightParts>();
  for (const name of covered) {
    if (found.size >= MAX_GROUPS) break;
    const split = splitOf(name);
    if (split !== undefined && !found.has(split.group)) found.set(split.group, splitParts(split, covered));
    else if (name.toLowerCase().endsWith(".onnx")) found.set(name, onnxParts(name, covered, folder));
  }
  for (const { name, parts } of weightIndexes(indexed)) {
    const uncovered = parts.filter((part) => !covered.has(part));
    const isSplit = uncovered.every((part) => found.has(splitOf(part)?.group ?? ""));
    const isOfModel = covered.has(name) || uncovered.length < parts.length;
    if (isOfModel && !isSplit && found.size < MAX_GROUPS) found.set(name, partsOf(parts.length, uncovered));
  }
  return [...found.values()].filter(({ uncovered }) => uncovered.length > 0);
}

/** The indexes beside a single file, as far as they can be listed. */
export function indexesBeside(folder: string): ModelFile[] {
  const names = namesIn(folder).filter(isWeightIndex).sort().slice(0, MAX_GROUPS);
  return names.flatMap((name) => {
    const path = join(folder, name);
    const stats = statIfReadable(path);
    return stats?.isFile() === true ? [{ name, path, size: Number(stats.size), state: statLine(stats) }] : [];
  });
}

interface SplitName {
  readonly start: string;
  /** How many parts there are: five digits. */
  readonly count: string;
  readonly ending: string;
  /** The same for all parts. */
  readonly group: string;
}

function splitOf(name: string): SplitName | undefined {
  const [, start = "", , count, ending = ""] = SPLIT_NAME.exec(name) ?? [];
  return count === undefined ? undefined : { start, count, ending, group: `${start}of-${count}${ending}` };
}

function partsOf(total: number, uncovered: readonly string[]): WeightParts {
  return { total, covered: total - uncovered.length, uncovered: uncovered.slice(0, NAMES) };
}

function splitParts({ start, count, ending }: SplitName, covered: ReadonlySet<string>): WeightParts {
  const total = Math.min(Number(count), MAX_PARTS);
  const names = Array.from(
    { length: total },
    (_, at) => `${start}${String(at + 1).padStart(5, "0")}-of-${count}${ending}`,
  );
  return partsOf(
    total,
    names.filter((name) => !covered.has(name)),
  );
}

function onnxParts(name: string, covered: ReadonlySet<string>, folder: string): WeightParts {
  const data = ONNX_DATA.map((ending) => name + ending).filter((file) => existsIn(folder, file));
  // Of more than 2 GB, there are several: `model.onnx_data_1`, and so on.
  for (let at = 1; at < MAX_PARTS && existsIn(folder, `${name}_data_${at}`); at++) data.push(`${name}_data_${at}`);
  return partsOf(
    data.length + 1,
    data.filter((file) => !covered.has(file)),
  );
}
