import * as v from "valibot";
import type { ModelFile } from "./file-list.ts";
import type { Leftover } from "./file-notes.ts";
import { readListed } from "./listed-content.ts";
import { parseJson } from "./read-small-file.ts";

/** Endings of files whose content is not complete yet: huggingface_hub, curl and wget wrappers, Firefox, Chromium. */
const PARTIAL = [".incomplete", ".part", ".crdownload"] as const;
const MAX_SMALL = 64 * 1024;
/** Bytes: the index of a model with tens of thousands of tensors. */
const MAX_INDEX = 32 * 1024 * 1024;
/** Index files of one model that are read. */
const MAX_INDEXES = 32;

const DVC_OUTPUT = /^outs:\s*$/m;

/** @param file one that was listed; only small files are read */
export function leftoverOf(file: ModelFile): Leftover | undefined {
  const { name } = file;
  if (PARTIAL.some((ending) => name.endsWith(ending))) return "partial-download";
  if (name.endsWith(".aria2")) return "aria2";
  if (name.endsWith(".lock")) return file.size === 0 ? "lock" : undefined;
  if (!name.endsWith(".dvc")) return undefined;
  return DVC_OUTPUT.test(readListed(file, MAX_SMALL)?.toString("utf8") ?? "") ? "dvc" : undefined;
}

/** The name of the file whose content is not complete, or kept elsewhere; `name` is of a leftover. */
export function leftoverTarget(name: string): string {
  return name.replace(/\.[^./]+$/, "");
}

const Index = v.looseObject({ weight_map: v.record(v.string(), v.string()) });

/** A part of the weights that is not there. */
export interface MissingPart {
  /** Canonical. */
  readonly name: string;
  /** The index file that names it; canonical. */
  readonly index: string;
}

/** An index of weights (`model.safetensors.index.json`, and its like), and the files that it names. */
export interface WeightIndex {
  /** Canonical. */
  readonly name: string;
  /** Canonical, each once, sorted. */
  readonly parts: readonly string[];
}

export function isWeightIndex(name: string): boolean {
  return /\.index(?:\.[\w-]+)?\.json$/.test(name);
}

/** The indexes among the files: the first of them. */
export function weightIndexes(files: readonly ModelFile[]): WeightIndex[] {
  const indexes = files.filter(({ name }) => isWeightIndex(name)).slice(0, MAX_INDEXES);
  return indexes.map((index) => {
    const folder = index.name.slice(0, index.name.lastIndexOf("/") + 1);
    return { name: index.name, parts: [...new Set(weightFiles(index))].map((name) => folder + name).sort() };
  });
}

/** The parts of weights that an index names and that are not among the files. */
export function missingParts(files: readonly ModelFile[]): MissingPart[] {
  const indexes = weightIndexes(files);
  if (indexes.length === 0) return [];
  const present = new Set(files.map(({ name }) => name));
  return indexes.flatMap((index) =>
    index.parts.filter((name) => !present.has(name)).map((name) => ({ name, index: index.name })),
  );
}

/** The names are of files beside the index. */
function weightFiles(index: ModelFile): string[] {
  const parsed = v.safeParse(Index, parseJson(readListed(index, MAX_INDEX)?.toString("utf8")));
  return parsed.success ? Object.values(parsed.output.weight_map).filter((name) => !/[\\/\0]/.test(name)) : [];
}
