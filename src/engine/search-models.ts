import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type FoundModel,
  findModels,
  foundModel,
  type SignatureWithoutModel,
  type SkipReason,
} from "../core/model/find-models.ts";
import { findSignatures } from "../core/model/find-signatures.ts";
import { Glob } from "../core/policy/glob.ts";
import { matcherOf } from "./editor-globs.ts";

/** What to look for below a workspace folder, as data. Paths are relative to the folder and `/` separated. */
export interface SearchRequest {
  /** Absolute. */
  readonly folder: string;
  /** Patterns, as the editor's settings have them, of what to leave out. */
  readonly exclude?: readonly string[];
  /** Patterns of folders and files that are models in any case. */
  readonly models?: readonly string[];
  /** Paths of folders and files that are models wherever they lie. */
  readonly named?: readonly string[];
  /** Patterns of policies: no folder is passed over that one of them lies in, or around. */
  readonly searched?: readonly string[];
  /** Files and folders that are looked at before the search gives up. */
  readonly maxEntries: number;
}

export interface SearchResult {
  readonly models: readonly FoundModel[];
  /** How many files and folders were looked at, if there were more. */
  readonly bound?: number;
  readonly skippedFolders: SkippedFolders;
  readonly strays: Strays;
}

/** Signatures whose model is not here; the first of them. */
export interface Strays {
  readonly first: readonly SignatureWithoutModel[];
  readonly count: number;
}

/** Folders that a search passed over; the first of them by name. */
export interface SkippedFolders {
  readonly first: readonly { readonly path: string; readonly reason: SkipReason }[];
  readonly count: number;
}

const MAX_PASSED_OVER = 10;
const MAX_STRAYS = 100;

/** @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE (the folder), CANCELLED */
export async function searchModels(request: SearchRequest, signal?: AbortSignal): Promise<SearchResult> {
  const { folder, exclude = [], models: patterns = [], named = [], searched = [], maxEntries } = request;
  const [isExcluded, matches] = await Promise.all([matcherOf(exclude), matcherOf(patterns)]);
  const names = new Set(named);
  const globs = searched.map((pattern) => new Glob(pattern));
  const first: SkippedFolders["first"][number][] = [];
  let count = 0;
  const strays: SignatureWithoutModel[] = [];
  let strayCount = 0;
  let bound: number | undefined;
  const found = await findModels(folder, {
    exclude: isExcluded,
    isModel: (relative) => matches(relative) || names.has(relative),
    mustEnter: (relative) => globs.some((glob) => glob.touches(relative)),
    maxEntries,
    onSkip: (path, reason) => {
      // Git's own folder is never a model's.
      if (basename(path) === ".git") return;
      count++;
      if (first.length < MAX_PASSED_OVER) first.push({ path, reason });
    },
    onStray: (stray) => {
      strayCount++;
      if (strays.length < MAX_STRAYS) strays.push(stray);
    },
    onLimit: (limit) => {
      bound = limit;
    },
    ...(signal && { signal }),
  });
  const models = [...found, ...(await namedModels(folder, names, found))];
  const skippedFolders = { first, count };
  const result = { models, skippedFolders, strays: { first: strays, count: strayCount } };
  return bound === undefined ? result : { ...result, bound };
}

/** Those that no search finds: single files, what lies in another model, and what is beyond the bound. */
async function namedModels(folder: string, named: ReadonlySet<string>, found: readonly FoundModel[]) {
  const known = new Set(found.map(({ path }) => path));
  const models: FoundModel[] = [];
  for (const name of named) {
    const path = name === "." ? folder : join(folder, name);
    if (known.has(path) || !existsSync(path)) continue;
    const kind = statSync(path).isDirectory() ? "directory" : "file";
    models.push(foundModel(path, kind, await findSignatures(path, { within: folder })));
  }
  return models;
}
