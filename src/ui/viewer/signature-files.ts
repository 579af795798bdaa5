import { setContextKey } from "../../platform/context-keys.ts";
import type { Disposable } from "../../platform/disposables.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";

/** Keeps the context keys that list the known models and their signature files, whatever they are called: menus test them. */
export function keepSignatureKeys(registry: ModelRegistry): Disposable {
  let last = "";
  const update = (): void => {
    const paths = registry.models.map(({ path }) => path);
    const signatures = registry.models.flatMap(({ verdict }) => verdict.signature ?? []);
    const now = JSON.stringify([paths, signatures]);
    if (now === last) return;
    last = now;
    setContextKey("paths", paths);
    setContextKey("signatures", signatures);
  };
  update();
  return registry.onDidChange(update);
}
