import { type FSWatcher, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Folders of one model that are watched; of more, changes are left to the editor's watcher. */
const FOLDER_LIMIT = 500;

interface Watched {
  readonly watchers: FSWatcher[];
  /** Every folder of the model is watched. */
  complete: boolean;
}

/**
 * Watches every folder of the models that were read, on Linux. The editor's own watcher misses what happens in folders
 * that are made, one in the other, while its window is open, as a download makes them; elsewhere it does not.
 */
export class FolderWatches {
  readonly #touched: (path: string) => void;
  readonly #enabled: boolean;
  readonly #models = new Map<string, Watched>();

  /** @param touched told each file or folder that was created, changed or deleted */
  constructor(touched: (path: string) => void, enabled = process.platform === "linux") {
    this.#touched = touched;
    this.#enabled = enabled;
  }

  /** Resolves when the model's folders are watched as they are now. Before its files are read: nothing is missed then. */
  async watch(model: string, kind: "file" | "directory"): Promise<void> {
    this.unwatch(model);
    if (!this.#enabled) return;
    const watched: Watched = { watchers: [], complete: false };
    this.#models.set(model, watched);
    if (kind === "file") watched.complete = this.#start(watched, model, () => this.#touched(model));
    else watched.complete = await this.#watchFolders(model, watched);
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

  async #watchFolders(model: string, watched: Watched): Promise<boolean> {
    const folders = [model];
    for (const folder of folders) {
      // Watched before it is listed: a folder made in between is in the list, or an event.
      const told = (name: string | null): void => this.#touched(name === null ? folder : join(folder, name));
      if (folders.length > FOLDER_LIMIT || !this.#start(watched, folder, told)) return false;
      folders.push(...(await subfolders(folder)));
    }
    return true;
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

async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}
