import { type TextDocument, workspace } from "vscode";
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

interface ModelServices {
  readonly registry: ModelRegistry;
  readonly log: Log;
}

/** Creates a surface when the first model is found; its constructor shows the models. */
export function fromFirstModel(services: ModelServices, make: () => Promise<Disposable>): Disposable {
  const { registry } = services;
  return fromFirst(services, make, registry.models.length > 0, registry.onDidChange);
}

/** The same, or when the first Python document is open: it may name models of the Hugging Face Hub. */
export function fromFirstModelOrPython(services: ModelServices, make: () => Promise<Disposable>): Disposable {
  const { registry } = services;
  const isPython = ({ languageId }: TextDocument): boolean => languageId === "python";
  const onPython = (start: () => void): Disposable =>
    workspace.onDidOpenTextDocument((document) => {
      if (isPython(document)) start();
    });
  const isThere = registry.models.length > 0 || workspace.textDocuments.some(isPython);
  return fromFirst(services, make, isThere, registry.onDidChange, onPython);
}

/** @param isThere whether what the events report is there already */
function fromFirst(
  services: ModelServices,
  make: () => Promise<Disposable>,
  isThere: boolean,
  ...events: readonly ((start: () => void) => Disposable)[]
): Disposable {
  const store = new DisposableStore();
  const waiting = store.add(new DisposableStore());
  const start = (): void => {
    waiting.dispose();
    store.add(loadedLater(services, make));
  };
  if (isThere) start();
  else for (const event of events) waiting.add(event(start));
  return store;
}
