import { ModelWatch } from "./model-watch.ts";

/**
 * Watches the folders of models that were read, on Linux: there, the editor's watcher misses changes in nested folders
 * that are created while its window is open, as a download creates them. Targets of links outside of the model, as in a
 * Hugging Face cache, and models behind links are watched on every system.
 */
export class FolderWatches {
  readonly #changed: (path: string) => void;
  readonly #enabled: boolean;
  readonly #models = new Map<string, ModelWatch>();

  /** @param changed called with each file, folder or link that was created, changed or deleted, or whose target was */
  constructor(changed: (path: string) => void, enabled = process.platform === "linux") {
    this.#changed = changed;
    this.#enabled = enabled;
  }

  /** Resolves when the model's current folders are watched. Called before its files are read, so that no change is missed. */
  async watch(model: string, kind: "file" | "directory"): Promise<void> {
    this.unwatch(model);
    const watch = new ModelWatch(model, this.#enabled, this.#changed);
    this.#models.set(model, watch);
    await watch.start(kind);
  }

  /** Whether every change in the model is reported at once. */
  covers(model: string): boolean {
    return this.#models.get(model)?.complete === true;
  }

  unwatch(model: string): void {
    this.#models.get(model)?.close();
    this.#models.delete(model);
  }

  dispose(): void {
    for (const model of [...this.#models.keys()]) this.unwatch(model);
  }
}
