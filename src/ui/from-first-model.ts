import { type Disposable, DisposableStore } from "../platform/disposables.ts";
import { errorText, type Log } from "../platform/log.ts";
import type { ModelRegistry } from "../workspace/registry.ts";

/** Creates a surface whose code is loaded after activation. */
export function loadedLater({ log }: { readonly log: Log }, make: () => Promise<Disposable>): Disposable {
  const store = new DisposableStore();
  make().then(
    (surface) => store.add(surface),
    (error: unknown) => log.error(errorText(error)),
  );
  return store;
}

/** Creates a surface when the first model is found; its constructor shows the models. */
export function fromFirstModel(
  services: { readonly registry: ModelRegistry; readonly log: Log },
  make: () => Promise<Disposable>,
): Disposable {
  const store = new DisposableStore();
  const start = (): void => {
    waiting.dispose();
    store.add(loadedLater(services, make));
  };
  const waiting = store.add(services.registry.onDidChange(start));
  if (services.registry.models.length > 0) start();
  return store;
}
