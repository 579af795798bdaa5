import { type Dirent, type FSWatcher, watch } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Folders of one model that are watched; in larger models, only the editor's watcher reports changes. */
const FOLDER_LIMIT = 500;

interface Watched {
  readonly watchers: FSWatcher[];
  /** Whether the watchers report every change in the model. */
  complete: boolean;
}

/** Links of one model, by the absolute path of their target. */
type Links = Map<string, string>;

/**
 * Watches the folders of models that were read, on Linux: there, the editor's watcher misses changes in nested folders
 * that are created while its window is open, as a download creates them. Targets of links outside of the model, as in a
 * Hugging Face cache, are watched on every system.
 */
export class FolderWatches {
  readonly #changed: (path: string) => void;
  readonly #enabled: boolean;
  readonly #models = new Map<string, Watched>();

  /** @param changed called with each file, folder or link that was created, changed or deleted, or whose target was */
  constructor(changed: (path: string) => void, enabled = process.platform === "linux") {
    this.#changed = changed;
    this.#enabled = enabled;
  }

  /** Resolves when the model's current folders are watched. Called before its files are read, so that no change is missed. */
  async watch(model: string, kind: "file" | "directory"): Promise<void> {
    this.unwatch(model);
    const watched: Watched = { watchers: [], complete: false };
    this.#models.set(model, watched);
    const links: Links = new Map();
    const root = await realpath(model).catch(() => model);
    let all: boolean;
    if (kind === "file") {
      all = this.#enabled && this.#start(watched, model, () => this.#changed(model));
      if (root !== model) links.set(root, model);
    } else {
      all = await this.#watchFolders(model, root, watched, links);
    }
    watched.complete = this.#watchTargets(watched, links) && all;
  }

  /** Whether every change in the model is reported at once. */
  covers(model: string): boolean {
    return this.#models.get(model)?.complete === true;
  }

  unwatch(model: string): void {
    for (const watcher of this.#models.get(model)?.watchers ?? []) watcher.close();
    this.#models.delete(model);
  }

  dispose(): void {
    for (const model of [...this.#models.keys()]) this.unwatch(model);
  }

  async #watchFolders(model: string, root: string, watched: Watched, links: Links): Promise<boolean> {
    const folders = [model];
    for (const folder of folders) {
      // Watched before it is listed: a folder created in between is in the list, or an event.
      const listener = (name: string | null): void => this.#changed(name === null ? folder : join(folder, name));
      if (folders.length > FOLDER_LIMIT) return false;
      if (this.#enabled && !this.#start(watched, folder, listener)) return false;
      for (const entry of await entriesOf(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) folders.push(path);
        else if (entry.isSymbolicLink()) await noteTarget(path, root, links);
      }
    }
    return this.#enabled;
  }

  #watchTargets(watched: Watched, links: Links): boolean {
    const folders = Map.groupBy(links, ([target]) => dirname(target));
    if (watched.watchers.length + folders.size > FOLDER_LIMIT) return false;
    return [...folders].every(([folder, targets]) => {
      const byName = new Map(targets.map(([target, link]) => [basename(target), link]));
      return this.#start(watched, folder, (name) => {
        const changed = name === null ? [...byName.values()] : [byName.get(name) ?? []].flat();
        for (const link of changed) this.#changed(link);
      });
    });
  }

  /** False where the system has no watches left, the path does not exist, or the model is no longer watched. */
  #start(watched: Watched, path: string, changed: (name: string | null) => void): boolean {
    if (![...this.#models.values()].includes(watched)) return false;
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => changed(name));
      watcher.on("error", () => {
        watched.complete = false;
        watcher.close();
      });
      watched.watchers.push(watcher);
      return true;
    } catch {
      return false;
    }
  }
}

/** Targets within the model are watched with their folder. */
async function noteTarget(link: string, root: string, links: Links): Promise<void> {
  const { isInside } = await import("../core/model/path-below.ts");
  const target = await realpath(link).catch(() => undefined);
  if (target !== undefined && !isInside(root, target)) links.set(target, link);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
