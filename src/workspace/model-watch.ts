import { type FSWatcher, watch } from "node:fs";
import { readdir, readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isInside } from "../core/model/path-below.ts";

/** Folders of one model that are watched; in larger models, only the editor's watcher reports changes. */
const FOLDER_LIMIT = 500;

/** The watchers of one model. */
export class ModelWatch {
  readonly #model: string;
  readonly #enabled: boolean;
  readonly #changed: (path: string) => void;
  readonly #watchers: FSWatcher[] = [];
  /** Links of the model, by the absolute paths that they lead to. */
  readonly #links = new Map<string, string>();
  #complete = false;
  #closed = false;

  /**
   * @param enabled whether its folders are watched, and not only what links lead to
   * @param changed see `FolderWatches`
   */
  constructor(model: string, enabled: boolean, changed: (path: string) => void) {
    this.#model = model;
    this.#enabled = enabled;
    this.#changed = changed;
  }

  /** Whether every change in the model is reported. */
  get complete(): boolean {
    return this.#complete;
  }

  async start(kind: "file" | "directory"): Promise<void> {
    const model = this.#model;
    const root = await realpath(model).catch(() => model);
    let all: boolean;
    if (kind === "file") {
      all = this.#enabled && this.#watch(model, () => this.#changed(model));
      if (root !== model) await this.#noteHops(model, root);
    } else {
      all = await this.#watchFolders(root);
    }
    this.#complete = this.#watchTargets() && all;
  }

  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.close();
  }

  async #watchFolders(root: string): Promise<boolean> {
    const folders = [this.#model];
    // The editor does not watch what lies behind a link.
    const enabled = this.#enabled || root !== this.#model;
    for (const folder of folders) {
      // Watched before it is listed: a folder created in between is in the list, or an event.
      const listener = (name: string | null): void => this.#changed(name === null ? folder : join(folder, name));
      if (folders.length > FOLDER_LIMIT) return false;
      if (enabled && !this.#watch(folder, listener)) return false;
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) folders.push(path);
        else if (entry.isSymbolicLink()) await this.#noteTarget(path, root);
      }
    }
    return enabled;
  }

  /** Targets within the model are watched with their folder. */
  async #noteTarget(link: string, root: string): Promise<void> {
    const target = await realpath(link).catch(() => undefined);
    if (target !== undefined && !isInside(root, target)) await this.#noteHops(link, target);
  }

  /** Notes where a link leads in the end, and at first: in a Hugging Face cache, that may be a link, which may be replaced. */
  async #noteHops(link: string, target: string): Promise<void> {
    this.#links.set(target, link);
    const first = await readlink(link).catch(() => undefined);
    if (first !== undefined) this.#links.set(resolve(dirname(link), first), link);
  }

  #watchTargets(): boolean {
    const folders = Map.groupBy(this.#links, ([target]) => dirname(target));
    if (this.#watchers.length + folders.size > FOLDER_LIMIT) return false;
    return [...folders].every(([folder, targets]) => {
      const byName = new Map(targets.map(([target, link]) => [basename(target), link]));
      return this.#watch(folder, (name) => {
        const changed = name === null ? [...byName.values()] : [byName.get(name) ?? []].flat();
        for (const link of changed) this.#changed(link);
      });
    });
  }

  /** False where the system has no watches left, the path does not exist, or the model is no longer watched. */
  #watch(path: string, changed: (name: string | null) => void): boolean {
    if (this.#closed) return false;
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => changed(name));
      watcher.on("error", () => {
        this.#complete = false;
        watcher.close();
      });
      this.#watchers.push(watcher);
      return true;
    } catch {
      return false;
    }
  }
}
