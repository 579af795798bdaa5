import { type Disposable, DisposableStore } from "../platform/disposables.ts";
import { errorText, type Log } from "../platform/log.ts";
import type { ModelRegistry } from "../workspace/registry.ts";

/** Creates a surface when the first model is found; its constructor shows the models. */
export function fromFirstModel(
  { registry, log }: { readonly registry: ModelRegistry; readonly log: Log },
  make: () => Promise<Disposable>,
): Disposable {
  const store = new DisposableStore();
  const start = (): void => {
    waiting.dispose();
    make().then(
      (surface) => store.add(surface),
      (error: unknown) => log.error(errorText(error)),
    );
  };
  const waiting = store.add(registry.onDidChange(start));
  if (registry.models.length > 0) start();
  return store;
}
