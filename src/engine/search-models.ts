import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { findModels } from "../core/model/find-models.ts";
import type { SkipReason } from "../core/model/find-options.ts";
import { findSignatures } from "../core/model/find-signatures.ts";
import type { FoundModel, SignatureWithoutModel } from "../core/model/found-model.ts";
import { Glob } from "../core/policy/glob.ts";
import { compileGlobs } from "./editor-globs.ts";

/** A search for models below a workspace folder. Paths are relative to the folder and `/` separated. */
export interface SearchRequest {
  /** Absolute. */
  readonly folder: string;
  /** The other folders of the workspace, absolute: what a link leads to in them is listed there. */
  readonly others?: readonly string[];
  /** Patterns of the editor's settings, of what to exclude. */
  readonly exclude?: readonly string[];
  /** Patterns of additional models. */
  readonly models?: readonly string[];
  /** Paths of additional models, wherever they are. */
  readonly named?: readonly string[];
  /** Patterns of policies: folders on the way to a match are always searched. */
  readonly searched?: readonly string[];
  /** Files and folders after which the search ends. */
  readonly maxEntries: number;
}

export interface SearchResult {
  readonly models: readonly FoundModel[];
  /** How many files and folders were searched, if there were more. */
  readonly bound?: number;
  readonly skippedFolders: SkippedFolders;
  readonly strays: Strays;
}

/** Signatures whose model is not here; the first of them. */
export interface Strays {
  readonly first: readonly SignatureWithoutModel[];
  readonly count: number;
}

/** Folders that a search skipped. */
export interface SkippedFolders {
  readonly first: readonly { readonly path: string; readonly reason: SkipReason }[];
  readonly count: number;
}

const MAX_SKIPPED = 10;
const MAX_STRAYS = 100;

/** @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE (the folder), CANCELLED */
export async function searchModels(request: SearchRequest, signal?: AbortSignal): Promise<SearchResult> {
  const { folder, others = [], exclude = [], models: patterns = [], named = [], searched = [], maxEntries } = request;
  const [isExcluded, matches] = await Promise.all([compileGlobs(exclude), compileGlobs(patterns)]);
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
    followLinks: true,
    searchedApart: others,
    onSkip: (path, reason) => {
      // Never part of a model.
      if (basename(path) === ".git") return;
      count++;
      if (first.length < MAX_SKIPPED) first.push({ path, reason });
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

/** Named models that the search does not find: single files, models in another model, and those beyond the bound. */
async function namedModels(folder: string, named: ReadonlySet<string>, found: readonly FoundModel[]) {
  const known = new Set(found.map(({ path }) => path));
  const models: FoundModel[] = [];
  for (const name of named) {
    const path = name === "." ? folder : join(folder, name);
    if (known.has(path) || !existsSync(path)) continue;
    const kind = statSync(path).isDirectory() ? "directory" : "file";
    models.push({ path, kind, signatures: await findSignatures(path, { within: folder }) });
  }
  return models;
}
