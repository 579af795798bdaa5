import { existsSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import type { FindOptions, FoundModel } from "../core/model/find-models.ts";
import type { ModelRegistry } from "./registry.ts";

/** Files and folders of one workspace folder that a search looks at before it gives up. */
const SEARCH_LIMIT = 500_000;

/** What the person's settings and policies say of a folder: what to leave out, and what is a model in any case. */
export interface SearchHints extends Pick<FindOptions, "exclude" | "isModel"> {
  /** Paths of folders and files, relative to the folder and `/` separated, that are models wherever they lie. */
  readonly named?: ReadonlySet<string>;
}

export interface DiscoveryServices {
  readonly registry: ModelRegistry;
  log(text: string): void;
  hints?(folder: string): Promise<SearchHints>;
  /** Entries; for tests. */
  readonly limit?: number;
}

/** Searches workspace folders for models, one search a folder at a time; a new search of a folder ends the old one. */
export class Discovery {
  readonly #services: DiscoveryServices;
  readonly #searches = new Map<string, AbortController>();
  readonly #hints = new Map<string, SearchHints>();

  constructor(services: DiscoveryServices) {
    this.#services = services;
  }

  /** Resolves when the registry has what was found; also when another search took over, or {@link cancel} ended it. */
  async search(folder: string): Promise<void> {
    const { registry, log } = this.#services;
    this.#searches.get(folder)?.abort();
    const abort = new AbortController();
    this.#searches.set(folder, abort);
    let bound: number | undefined;
    try {
      const { findModels } = await import("../core/model/find-models.ts");
      const { named = new Set<string>(), ...hints } = (await this.#services.hints?.(folder)) ?? {};
      this.#hints.set(folder, { ...hints, named });
      const found = await findModels(folder, {
        ...hints,
        signal: abort.signal,
        maxEntries: this.#services.limit ?? SEARCH_LIMIT,
        onLimit: (limit) => {
          bound = limit;
        },
      });
      const more = await namedModels(folder, named, found);
      if (abort.signal.aborted) return;
      registry.replaceFolder(folder, [...found, ...more], bound);
      log(`${found.length + more.length} models in ${folder}`);
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
    const { named, isModel } = this.#hints.get(folder) ?? {};
    const name = relative(folder, path).split(sep).join("/");
    return named?.has(name) === true || isModel?.(name) === true;
  }

  /** Ends every search; what was known before stays. */
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

/** Those that no search finds: single files, what lies in another model, and what is beyond the bound. */
async function namedModels(folder: string, named: ReadonlySet<string>, found: readonly FoundModel[]) {
  const { findSignature } = await import("../core/model/find-models.ts");
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
