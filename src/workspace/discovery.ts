import { relative, sep } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import { isSkippedName } from "../core/model/never-entered.ts";
import { matcherOf } from "../engine/editor-globs.ts";
import type { Engine } from "../engine/engine.ts";
import type { SearchRequest } from "../engine/search-models.ts";
import type { ModelRegistry, SkippedFolders } from "./registry.ts";

/** Files and folders of one workspace folder that a search looks at before it gives up. */
const SEARCH_LIMIT = 500_000;

/** What the person's settings and policies say of a folder: what to leave out, and what is a model in any case. */
export type SearchHints = Pick<SearchRequest, "exclude" | "models" | "named" | "searched">;

export interface DiscoveryServices {
  readonly registry: ModelRegistry;
  readonly engine: Pick<Engine, "searchModels">;
  log(text: string): void;
  hints?(folder: string): Promise<SearchHints>;
  /** Entries; for tests. */
  readonly limit?: number;
}

/** Searches workspace folders for models, one search a folder at a time; a new search of a folder ends the old one. */
export class Discovery {
  readonly #services: DiscoveryServices;
  readonly #searches = new Map<string, AbortController>();
  /** By folder, as of its last search. */
  readonly #known = new Map<string, SearchedPaths>();

  constructor(services: DiscoveryServices) {
    this.#services = services;
  }

  /** Resolves when the registry has what was found; also when another search took over, or {@link cancel} ended it. */
  async search(folder: string): Promise<void> {
    const { registry, engine, log } = this.#services;
    this.#searches.get(folder)?.abort();
    const abort = new AbortController();
    this.#searches.set(folder, abort);
    try {
      const hints = (await this.#services.hints?.(folder)) ?? {};
      this.#known.set(folder, await searchedPaths(hints));
      const request = { ...hints, folder, maxEntries: this.#services.limit ?? SEARCH_LIMIT };
      const { models, bound, skippedFolders, strays } = await engine.searchModels(request, abort.signal);
      if (abort.signal.aborted) return;
      registry.replaceFolder(folder, models, bound, skippedFolders, strays);
      log(`${models.length} models in ${folder}`);
      if (skippedFolders.count > 0) log(`Not searched: ${skippedFoldersText(skippedFolders)}`);
      for (const { path, subject } of strays.first) log(`No model here for the signature ${path} of ${subject ?? "?"}`);
      if (bound !== undefined) log(`Only the first ${bound} files and folders of ${folder} were searched for models.`);
    } catch (error) {
      if (!(error instanceof ProvenanceError)) throw error;
      if (error.code !== "CANCELLED") log(`Search of ${folder} failed: ${error.message}`);
    } finally {
      if (this.#searches.get(folder) === abort) this.#searches.delete(folder);
    }
  }

  /** Whether settings or policies make a model of what lies there, as far as the last search of the folder knew. */
  isNamed(folder: string, path: string): boolean {
    return this.#known.get(folder)?.isNamed(relative(folder, path).split(sep).join("/")) === true;
  }

  /** Whether a search of the folder looks into the path, as far as names and policies decide. */
  looksInto(folder: string, path: string): boolean {
    const name = relative(folder, path).split(sep).join("/");
    return !name.split("/").some(isSkippedName) || this.#known.get(folder)?.mustEnter(name) === true;
  }

  /** Ends every search; what was known before stays. */
  cancel(): void {
    for (const abort of this.#searches.values()) abort.abort();
  }

  /** The folder is no longer part of the workspace. */
  forget(folder: string): void {
    this.#searches.get(folder)?.abort();
    this.#known.delete(folder);
    this.#services.registry.removeFolder(folder);
  }

  dispose(): void {
    this.cancel();
  }
}

/** What settings and policies say of paths, relative to the folder and `/` separated. */
interface SearchedPaths {
  isNamed(path: string): boolean;
  mustEnter(path: string): boolean;
}

async function searchedPaths({ models = [], named = [], searched = [] }: SearchHints): Promise<SearchedPaths> {
  const { Glob } = await import("../core/policy/glob.ts");
  const [matches, names] = [await matcherOf(models), new Set(named)];
  const globs = searched.map((pattern) => new Glob(pattern));
  return {
    isNamed: (path) => names.has(path) || matches(path),
    mustEnter: (path) => globs.some((glob) => glob.touches(path)),
  };
}

function skippedFoldersText({ first, count }: SkippedFolders): string {
  const more = count - first.length;
  return first.map(({ path, reason }) => `${path} (${reason})`).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
