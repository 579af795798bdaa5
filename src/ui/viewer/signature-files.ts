import { setContextKey } from "../../platform/context-keys.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";

/** Sets the context keys that list the known models and their signature files, whatever they are called: menus test them. */
export class SignatureFiles {
  readonly #store = new DisposableStore();
  readonly #registry: ModelRegistry;
  /** By the path of the model. */
  readonly #known = new Map<string, string | undefined>();

  constructor(registry: ModelRegistry) {
    this.#registry = registry;
    this.#store.add(registry.onDidChange(({ paths }) => this.#update(paths)));
    this.#update(registry.models.map(({ path }) => path));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #update(models: readonly string[]): void {
    let changed = false;
    for (const path of models) {
      const model = this.#registry.get(path);
      const signature = model?.verdict.signature;
      if (this.#known.has(path) === (model !== undefined) && this.#known.get(path) === signature) continue;
      changed = true;
      if (model === undefined) this.#known.delete(path);
      else this.#known.set(path, signature);
    }
    if (!changed) return;
    setContextKey("paths", [...this.#known.keys()]);
    setContextKey(
      "signatures",
      [...this.#known.values()].filter((signature) => signature !== undefined),
    );
  }
}
