import { setContextKey } from "../../platform/context-keys.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";

/** Sets the context key that lists the signature files of known models, so that menus offer the viewer on any file name. */
export class SignatureFiles {
  readonly #store = new DisposableStore();
  readonly #registry: ModelRegistry;
  /** By the path of the model. */
  readonly #known = new Map<string, string>();

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
      const signature = this.#registry.get(path)?.verdict.signature;
      if (this.#known.get(path) === signature) continue;
      changed = true;
      if (signature === undefined) this.#known.delete(path);
      else this.#known.set(path, signature);
    }
    if (changed) setContextKey("signatures", [...this.#known.values()]);
  }
}
