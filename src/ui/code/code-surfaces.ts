import { CodeActionKind, type Disposable, languages } from "vscode";
import { DisposableStore } from "../../platform/disposables.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";
import { CODE_DOCUMENTS } from "./code-documents.ts";
import { codeFixes } from "./code-fixes.ts";
import { codeHover, codeLinks } from "./code-hover.ts";
import { CodeWarnings } from "./code-warnings.ts";

/** Shows models in code that names them: a hover, a link, a warning if verification failed, and quick fixes. */
export class CodeSurfaces {
  readonly #registry: ModelRegistry;
  readonly #store = new DisposableStore();
  #links: Disposable;

  constructor(registry: ModelRegistry) {
    this.#registry = registry;
    this.#store.add(
      languages.registerHoverProvider(CODE_DOCUMENTS, {
        provideHover: (document, position) => codeHover(document, position, registry),
      }),
    );
    this.#store.add(
      languages.registerCodeActionsProvider(
        CODE_DOCUMENTS,
        { provideCodeActions: (document, _range, { diagnostics }) => codeFixes(document, diagnostics, registry) },
        { providedCodeActionKinds: [CodeActionKind.QuickFix] },
      ),
    );
    this.#links = this.#registerLinks();
    this.#store.add(
      registry.onDidChange(({ list }) => {
        if (!list) return;
        // The editor requests links again only when the text or the providers change.
        this.#links.dispose();
        this.#links = this.#registerLinks();
      }),
    );
    this.#store.add(new CodeWarnings(registry));
  }

  dispose(): void {
    this.#links.dispose();
    this.#store.dispose();
  }

  #registerLinks(): Disposable {
    return languages.registerDocumentLinkProvider(CODE_DOCUMENTS, {
      provideDocumentLinks: (document) => codeLinks(document, this.#registry),
    });
  }
}
