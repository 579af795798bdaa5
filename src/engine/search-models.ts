import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type FoundModel, findModels, findSignature } from "../core/model/find-models.ts";
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
  /** Files and folders that are looked at before the search gives up. */
  readonly maxEntries: number;
}

export interface SearchResult {
  readonly models: readonly FoundModel[];
  /** How many files and folders were looked at, if there were more. */
  readonly bound?: number;
}

/** @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE (the folder), CANCELLED */
export async function searchModels(request: SearchRequest, signal?: AbortSignal): Promise<SearchResult> {
  const { folder, exclude = [], models: patterns = [], named = [], maxEntries } = request;
  const [isExcluded, matches] = await Promise.all([matcherOf(exclude), matcherOf(patterns)]);
  const names = new Set(named);
  let bound: number | undefined;
  const found = await findModels(folder, {
    exclude: isExcluded,
    isModel: (relative) => matches(relative) || names.has(relative),
    maxEntries,
    onLimit: (limit) => {
      bound = limit;
    },
    ...(signal && { signal }),
  });
  const models = [...found, ...(await namedModels(folder, names, found))];
  return bound === undefined ? { models } : { models, bound };
}

/** Those that no search finds: single files, what lies in another model, and what is beyond the bound. */
async function namedModels(folder: string, named: ReadonlySet<string>, found: readonly FoundModel[]) {
  const known = new Set(found.map(({ path }) => path));
  const models: FoundModel[] = [];
  for (const name of named) {
    const path = name === "." ? folder : join(folder, name);
    if (known.has(path) || !existsSync(path)) continue;
    const signature = await findSignature(path);
    const kind = statSync(path).isDirectory() ? "directory" : "file";
    models.push({ path, kind, ...(signature === undefined ? {} : { signature }) });
  }
  return models;
}
