import { lstatSync } from "node:fs";
import { join } from "node:path";
import { SPLIT_NAME } from "./model-files.ts";

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
 * Weights in several files of which not all are covered: parts with numbers in their names, and external data of ONNX.
 *
 * @param covered canonical names of the files that are covered
 * @param folder that the names are relative to
 */
export function partlyCovered(covered: ReadonlySet<string>, folder: string): readonly WeightParts[] {
  const found = new Map<string, WeightParts>();
  for (const name of covered) {
    if (found.size >= MAX_GROUPS) break;
    const [, start = "", , count = "", ending = ""] = SPLIT_NAME.exec(name) ?? [];
    const group = `${start}of-${count}${ending}`;
    if (count !== "" && !found.has(group)) found.set(group, splitParts(start, count, ending, covered));
    else if (name.toLowerCase().endsWith(".onnx")) found.set(name, onnxParts(name, covered, folder));
  }
  return [...found.values()].filter(({ uncovered }) => uncovered.length > 0);
}

function splitParts(start: string, count: string, ending: string, covered: ReadonlySet<string>): WeightParts {
  const total = Math.min(Number(count), MAX_PARTS);
  const names = Array.from(
    { length: total },
    (_, at) => `${start}${String(at + 1).padStart(5, "0")}-of-${count}${ending}`,
  );
  const uncovered = names.filter((name) => !covered.has(name));
  return { total, covered: total - uncovered.length, uncovered: uncovered.slice(0, NAMES) };
}

function onnxParts(name: string, covered: ReadonlySet<string>, folder: string): WeightParts {
  const data = ONNX_DATA.map((ending) => name + ending).filter((file) => isThere(join(folder, file)));
  const uncovered = data.filter((file) => !covered.has(file));
  return { total: data.length + 1, covered: data.length + 1 - uncovered.length, uncovered };
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
