import { type Dirent, type FSWatcher, watch } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";

/** Folders of one model that are watched; of more, changes are left to the editor's watcher. */
const FOLDER_LIMIT = 500;

interface Watched {
  readonly watchers: FSWatcher[];
  /** Whatever happens in the model is told by these watches. */
  complete: boolean;
}

/** Links of one model, by the absolute path of what they lead to. */
type Links = Map<string, string>;

/**
 * Watches the folders of the models that were read, on Linux. The editor's own watcher misses what happens in folders
 * that are made, one in the other, while its window is open, as a download makes them; elsewhere it does not. What
 * links lead to outside of the model, as in a Hugging Face cache, is watched on every system.
 */
export class FolderWatches {
  readonly #touched: (path: string) => void;
  readonly #enabled: boolean;
  readonly #models = new Map<string, Watched>();

  /** @param touched told each file, folder or link that was created, changed or deleted, or leads to what was */
  constructor(touched: (path: string) => void, enabled = process.platform === "linux") {
    this.#touched = touched;
    this.#enabled = enabled;
  }

  /** Resolves when the model's folders are watched as they are now. Before its files are read: nothing is missed then. */
  async watch(model: string, kind: "file" | "directory"): Promise<void> {
    this.unwatch(model);
    const watched: Watched = { watchers: [], complete: false };
    this.#models.set(model, watched);
    const links: Links = new Map();
    const root = await realpath(model).catch(() => model);
    let all: boolean;
    if (kind === "file") {
      all = this.#enabled && this.#start(watched, model, () => this.#touched(model));
      if (root !== model) links.set(root, model);
    } else {
      all = await this.#watchFolders(model, root, watched, links);
    }
    watched.complete = this.#watchTargets(watched, links) && all;
  }

  /** Whether whatever happens in the model is told by these watches, and at once. */
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
      // Watched before it is listed: a folder made in between is in the list, or an event.
      const told = (name: string | null): void => this.#touched(name === null ? folder : join(folder, name));
      if (folders.length > FOLDER_LIMIT) return false;
      if (this.#enabled && !this.#start(watched, folder, told)) return false;
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
        for (const link of changed) this.#touched(link);
      });
    });
  }

  /** False where the system has no watches left, the place has just gone, or the model is no longer watched. */
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

/** What lies within the model is watched with its folder. */
async function noteTarget(link: string, root: string, links: Links): Promise<void> {
  const target = await realpath(link).catch(() => undefined);
  if (target !== undefined && isOutside(target, root)) links.set(target, link);
}

function isOutside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === ".." || way.startsWith(`..${sep}`);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
