import { relative, sep } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import { matcherOf } from "../engine/editor-globs.ts";
import type { Engine } from "../engine/engine.ts";
import type { SearchRequest } from "../engine/search-models.ts";
import type { ModelRegistry } from "./registry.ts";

/** Files and folders of one workspace folder that a search looks at before it gives up. */
const SEARCH_LIMIT = 500_000;

/** What the person's settings and policies say of a folder: what to leave out, and what is a model in any case. */
export type SearchHints = Pick<SearchRequest, "exclude" | "models" | "named">;

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
  /** By folder: whether settings or policies make a model of a path. */
  readonly #named = new Map<string, (relative: string) => boolean>();

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
      const { models: patterns = [], named = [] } = hints;
      const [matches, names] = [await matcherOf(patterns), new Set(named)];
      this.#named.set(folder, (path) => names.has(path) || matches(path));
      const request = { ...hints, folder, maxEntries: this.#services.limit ?? SEARCH_LIMIT };
      const { models, bound } = await engine.searchModels(request, abort.signal);
      if (abort.signal.aborted) return;
      registry.replaceFolder(folder, models, bound);
      log(`${models.length} models in ${folder}`);
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
    return this.#named.get(folder)?.(relative(folder, path).split(sep).join("/")) === true;
  }

  /** Ends every search; what was known before stays. */
  cancel(): void {
    for (const abort of this.#searches.values()) abort.abort();
  }

  /** The folder is no longer part of the workspace. */
  forget(folder: string): void {
    this.#searches.get(folder)?.abort();
    this.#named.delete(folder);
    this.#services.registry.removeFolder(folder);
  }

  dispose(): void {
    this.cancel();
  }
}
