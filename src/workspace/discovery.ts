import { ProvenanceError } from "../core/errors.ts";
import type { FindOptions } from "../core/model/find-models.ts";
import type { ModelRegistry } from "./registry.ts";

/** Entries of one workspace folder that a search looks at before it gives up. */
const SEARCH_LIMIT = 200_000;

/** What the person's settings and policies say of a folder: what to leave out, and what is a model in any case. */
export type SearchHints = (folder: string) => Promise<Pick<FindOptions, "exclude" | "isModel">>;

/** Searches workspace folders for models, one search a folder at a time; a new search of a folder ends the old one. */
export class Discovery {
  readonly #registry: ModelRegistry;
  readonly #log: (text: string) => void;
  readonly #hints: SearchHints;
  readonly #searches = new Map<string, AbortController>();

  constructor(registry: ModelRegistry, log: (text: string) => void, hints: SearchHints = async () => ({})) {
    this.#registry = registry;
    this.#log = log;
    this.#hints = hints;
  }

  /** Resolves when the registry has what was found; also when another search took over. */
  async search(folder: string): Promise<void> {
    this.#searches.get(folder)?.abort();
    const abort = new AbortController();
    this.#searches.set(folder, abort);
    try {
      const { findModels } = await import("../core/model/find-models.ts");
      const found = await findModels(folder, {
        ...(await this.#hints(folder)),
        signal: abort.signal,
        maxEntries: SEARCH_LIMIT,
        onLimit: (limit) =>
          this.#log(`Search of ${folder} ended after ${limit} entries; models beyond are not listed.`),
      });
      if (abort.signal.aborted) return;
      this.#registry.replaceFolder(folder, found);
      this.#log(`${found.length} models in ${folder}`);
    } catch (error) {
      if (!(error instanceof ProvenanceError)) throw error;
      if (error.code !== "CANCELLED") this.#log(`Search of ${folder} failed: ${error.message}`);
    } finally {
      if (this.#searches.get(folder) === abort) this.#searches.delete(folder);
    }
  }

  /** The folder is no longer part of the workspace. */
  forget(folder: string): void {
    this.#searches.get(folder)?.abort();
    this.#registry.removeFolder(folder);
  }

  dispose(): void {
    for (const abort of this.#searches.values()) abort.abort();
  }
}
