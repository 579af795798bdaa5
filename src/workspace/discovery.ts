import { existsSync, statSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { ProvenanceError } from "../core/errors.ts";
import type { FindOptions, FoundModel, PassedOver } from "../core/model/find-models.ts";
import { isNeverEntered } from "../core/model/never-entered.ts";
import type { ModelRegistry, PassedOverFolders } from "./registry.ts";

/** Files and folders of one workspace folder that a search looks at before it gives up. */
const SEARCH_LIMIT = 500_000;

/** Folders that were passed over and are kept by name. */
const MAX_PASSED_OVER = 10;

/** What the person's settings and policies say of a folder: what to leave out, and what is a model in any case. */
export interface SearchHints extends Pick<FindOptions, "exclude" | "isModel" | "mustEnter"> {
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
    const passedOver = new PassedOverSample();
    try {
      const { findModels } = await import("../core/model/find-models.ts");
      const { named = new Set<string>(), ...hints } = (await this.#services.hints?.(folder)) ?? {};
      this.#hints.set(folder, { ...hints, named });
      const found = await findModels(folder, {
        ...hints,
        signal: abort.signal,
        maxEntries: this.#services.limit ?? SEARCH_LIMIT,
        onSkip: (path, reason) => passedOver.add(path, reason),
        onLimit: (limit) => {
          bound = limit;
        },
      });
      const more = await namedModels(folder, named, found);
      if (abort.signal.aborted) return;
      registry.replaceFolder(folder, [...found, ...more], bound, passedOver);
      log(`${found.length + more.length} models in ${folder}`);
      if (passedOver.count > 0) log(`Not searched: ${passedOver}`);
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

  /** Whether a search of the folder looks into the path, as far as names and policies decide. */
  looksInto(folder: string, path: string): boolean {
    const name = relative(folder, path).split(sep).join("/");
    return !name.split("/").some(isNeverEntered) || this.#hints.get(folder)?.mustEnter?.(name) === true;
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

/** Folders that a search passed over, as the registry keeps them. Git's own folder is never a model's. */
class PassedOverSample implements PassedOverFolders {
  readonly first: { readonly path: string; readonly reason: PassedOver }[] = [];
  count = 0;

  add(path: string, reason: PassedOver): void {
    if (basename(path) === ".git") return;
    this.count++;
    if (this.first.length < MAX_PASSED_OVER) this.first.push({ path, reason });
  }

  toString(): string {
    const more = this.count - this.first.length;
    return (
      this.first.map(({ path, reason }) => `${path} (${reason})`).join(", ") + (more > 0 ? ` and ${more} more` : "")
    );
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
