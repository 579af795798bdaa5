import { relative, sep } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import { isSkippedName } from "../core/model/skipped-folders.ts";
import type { Engine } from "../engine/engine.ts";
import type { SearchRequest, SkippedFolders } from "../engine/search-models.ts";
import type { ModelRegistry } from "./registry.ts";

/** Files and folders of one workspace folder after which a search ends. */
const SEARCH_LIMIT = 500_000;

/** What settings and policies contribute to a search: what to exclude, and which models are not detected by themselves. */
export type SearchHints = Pick<SearchRequest, "exclude" | "models" | "named" | "searched">;

export interface DiscoveryServices {
  readonly registry: ModelRegistry;
  readonly engine: Pick<Engine, "searchModels">;
  log(text: string): void;
  hints?(folder: string): Promise<SearchHints>;
  /** Entries; for tests. */
  readonly limit?: number;
}

/** Searches workspace folders for models. A new search of a folder cancels the previous one. */
export class Discovery {
  readonly #services: DiscoveryServices;
  readonly #searches = new Map<string, AbortController>();
  /** By folder, as of its last search. */
  readonly #hints = new Map<string, CompiledHints>();

  constructor(services: DiscoveryServices) {
    this.#services = services;
  }

  /** Resolves when the registry has the result, or the search was cancelled. */
  async search(folder: string): Promise<void> {
    const { registry, engine, log } = this.#services;
    this.#searches.get(folder)?.abort();
    const abort = new AbortController();
    this.#searches.set(folder, abort);
    try {
      const hints = (await this.#services.hints?.(folder)) ?? {};
      this.#hints.set(folder, await compileHints(hints));
      const others = [...new Set([...this.#searches.keys(), ...this.#hints.keys()])].filter((path) => path !== folder);
      const request = { ...hints, folder, others, maxEntries: this.#services.limit ?? SEARCH_LIMIT };
      const { models, bound, skippedFolders, strays } = await engine.searchModels(request, abort.signal);
      if (abort.signal.aborted) return;
      registry.replaceFolder(folder, models, { skippedFolders, strays, ...(bound !== undefined && { bound }) });
      log(`Found ${models.length} models in ${folder}.`);
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

  /** Whether settings or policies name the path as a model, by the last search of the folder. */
  isNamed(folder: string, path: string): boolean {
    return this.#hints.get(folder)?.isNamed(relative(folder, path).split(sep).join("/")) === true;
  }

  /** Whether a search of the folder enters the path, by its names and policies. */
  isSearched(folder: string, path: string): boolean {
    const name = relative(folder, path).split(sep).join("/");
    return !name.split("/").some(isSkippedName) || this.#hints.get(folder)?.mustEnter(name) === true;
  }

  /** Cancels every search; the known models stay. */
  cancel(): void {
    for (const abort of this.#searches.values()) abort.abort();
  }

  /** The folder is no longer part of the workspace. */
  forget(folder: string): void {
    this.#searches.get(folder)?.abort();
    this.#hints.delete(folder);
    this.#services.registry.removeFolder(folder);
  }

  dispose(): void {
    this.cancel();
  }
}

/** The hints of a search, compiled. Paths are relative to the folder and `/` separated. */
interface CompiledHints {
  isNamed(path: string): boolean;
  mustEnter(path: string): boolean;
}

async function compileHints({ models = [], named = [], searched = [] }: SearchHints): Promise<CompiledHints> {
  const [{ Glob }, { compileGlobs }] = await Promise.all([
    import("../core/policy/glob.ts"),
    import("../engine/editor-globs.ts"),
  ]);
  const [matches, names] = [await compileGlobs(models), new Set(named)];
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
