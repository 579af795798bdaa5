import { type FSWatcher, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Folders of one model that are watched; below more of them, changes are left to the editor's watcher. */
const FOLDER_LIMIT = 500;

/**
 * Watches every folder of the models that were read, on Linux. The editor's own watcher misses what happens in folders
 * that are made, one in the other, while its window is open, as a download makes them; elsewhere it does not.
 */
export class FolderWatches {
  readonly #touched: (path: string) => void;
  readonly #enabled: boolean;
  readonly #models = new Map<string, FSWatcher[]>();

  /** @param touched told each file or folder that was created, changed or deleted */
  constructor(touched: (path: string) => void, enabled = process.platform === "linux") {
    this.#touched = touched;
    this.#enabled = enabled;
  }

  /** Resolves when the model's folders are watched as they are now. Before its files are read: nothing is missed then. */
  async watch(model: string, kind: "file" | "directory"): Promise<void> {
    this.unwatch(model);
    if (!this.#enabled) return;
    const watchers: FSWatcher[] = [];
    this.#models.set(model, watchers);
    if (kind === "file") {
      const watcher = this.#start(model, () => this.#touched(model));
      if (watcher !== undefined) watchers.push(watcher);
      return;
    }
    const folders = [model];
    for (const folder of folders) {
      // Watched before it is listed: a folder made in between is in the list, or an event.
      const watcher = this.#start(folder, (name) => this.#touched(name === null ? folder : join(folder, name)));
      if (watcher === undefined || this.#models.get(model) !== watchers) {
        watcher?.close();
        break;
      }
      watchers.push(watcher);
      for (const name of await subfolders(folder)) if (folders.length < FOLDER_LIMIT) folders.push(join(folder, name));
    }
  }

  unwatch(model: string): void {
    for (const watcher of this.#models.get(model) ?? []) watcher.close();
    this.#models.delete(model);
  }

  dispose(): void {
    for (const model of [...this.#models.keys()]) this.unwatch(model);
  }

  /** Undefined where the system has no watches left, or the place has just gone: the editor's watcher remains. */
  #start(path: string, changed: (name: string | null) => void): FSWatcher | undefined {
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => changed(name));
      watcher.on("error", () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
