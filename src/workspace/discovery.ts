import { existsSync } from "node:fs";
import { relative, sep } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import type { SearchRequest, SkippedFolders } from "../engine/search-models.ts";
import type { ModelRegistry } from "./registry.ts";

/** Files and folders of one workspace folder after which a search ends. */
const SEARCH_LIMIT = 500_000;

/** What settings and policies contribute to a search: what to exclude, and which models are not detected by themselves. */
export type SearchHints = Pick<SearchRequest, "exclude" | "models" | "named" | "searched">;

export interface DiscoveryServices {
  readonly registry: ModelRegistry;
  readonly engine: Pick<Engine, "run">;
  log(text: string): void;
  hints?(folder: string): Promise<SearchHints>;
  /** Entries; for tests. */
  readonly limit?: number;
}

/** Searches workspace folders for models. A new search of a folder cancels the previous one. */
export class Discovery {
  readonly #services: DiscoveryServices;
  readonly #searches = new Map<string, AbortController>();
  /** By folder, as of its last search: whether settings or policies name a path, relative to it and `/` separated. */
  readonly #named = new Map<string, (path: string) => boolean>();

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
      const isNamed = await compileNames(hints);
      if (abort.signal.aborted) return;
      this.#named.set(folder, isNamed);
      const others = [...new Set([...this.#searches.keys(), ...this.#named.keys()])].filter((path) => path !== folder);
      const request = { ...hints, folder, others, maxEntries: this.#services.limit ?? SEARCH_LIMIT };
      const { models, ...extent } = await engine.run("searchModels", request, { signal: abort.signal });
      if (abort.signal.aborted) return;
      const { bound, skippedFolders, strays } = extent;
      registry.replaceFolder(folder, models, extent, existsSync);
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
    return this.#named.get(folder)?.(relative(folder, path).split(sep).join("/")) === true;
  }

  /** Cancels every search; the known models stay. */
  cancel(): void {
    for (const abort of this.#searches.values()) abort.abort();
  }

  /** The folder is no longer part of the workspace. */
  forget(folder: string): void {
    this.#searches.get(folder)?.abort();
    this.#named.delete(folder);
    this.#services.registry.replaceFolder(folder, []);
  }

  dispose(): void {
    this.cancel();
  }
}

async function compileNames({ models = [], named = [] }: SearchHints): Promise<(path: string) => boolean> {
  const { compileGlobs } = await import("../engine/editor-globs.ts");
  const [matches, names] = [await compileGlobs(models), new Set(named)];
  return (path) => names.has(path) || matches(path);
}

function skippedFoldersText({ first, count }: SkippedFolders): string {
  const more = count - first.length;
  return first.map(({ path, reason }) => `${path} (${reason})`).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
