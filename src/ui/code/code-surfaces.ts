import { languages } from "vscode";
import { DisposableStore } from "../../platform/disposables.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";
import { CODE_DOCUMENTS } from "./code-documents.ts";
import { codeHover, codeLinks } from "./code-hover.ts";
import { CodeWarnings } from "./code-warnings.ts";

/** What code that names a model shows: its verdict where the pointer is, a link, a warning where it is wrong. */
export function codeSurfaces(registry: ModelRegistry): DisposableStore {
  const store = new DisposableStore();
  store.add(
    languages.registerHoverProvider(CODE_DOCUMENTS, {
      provideHover: (document, position) => codeHover(document, position, registry),
    }),
  );
  store.add(
    languages.registerDocumentLinkProvider(CODE_DOCUMENTS, {
      provideDocumentLinks: (document) => codeLinks(document, registry),
    }),
  );
  store.add(new CodeWarnings(registry));
  return store;
}
