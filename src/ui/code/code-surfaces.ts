import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  DocumentLink,
  Hover,
  l10n,
  languages,
  type Position,
  type TextDocument,
  Uri,
} from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { COMMANDS } from "../../platform/ids.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";
import { modelHover } from "../hover.ts";
import { SOURCE } from "../problems/problem-codes.ts";
import { action, ignore, signAgain } from "../problems/quick-fixes.ts";
import type { Services } from "../services.ts";
import { CODE_DOCUMENTS, languageOf } from "./code-documents.ts";
import { codeWarnings } from "./code-warnings.ts";
import { type HubServices, hubFixes, hubHover, NO_REVISION } from "./hub-surfaces.ts";
import { rangeOf, referenceAt, referencesIn } from "./model-references.ts";

/**
 * Shows models in code that names them: a hover, a link, a warning if verification failed, and quick fixes; and a hover, a
 * hint and a quick fix for those of the Hugging Face Hub.
 */
export function codeSurfaces(services: HubServices & Pick<Services, "registry">): Disposable {
  const { registry } = services;
  const store = new DisposableStore();
  store.add(
    languages.registerHoverProvider(CODE_DOCUMENTS, {
      provideHover: (document, position) => codeHover(document, position, registry),
    }),
  );
  store.add(
    languages.registerHoverProvider("python", {
      provideHover: (document, position) => hubHover(document, position, services),
    }),
  );
  store.add(
    languages.registerCodeActionsProvider(
      CODE_DOCUMENTS,
      {
        provideCodeActions: async (document, range, { diagnostics }) => [
          ...(await codeFixes(document, diagnostics, registry)),
          ...(await hubFixes(document, range, diagnostics, services)),
        ],
      },
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    ),
  );
  const registerLinks = () =>
    languages.registerDocumentLinkProvider(CODE_DOCUMENTS, {
      provideDocumentLinks: (document) => codeLinks(document, registry),
    });
  let links = registerLinks();
  store.add({ dispose: () => links.dispose() });
  store.add(
    registry.onDidChange(({ list }) => {
      if (!list) return;
      // The editor requests links again only when the text or the providers change.
      links.dispose();
      links = registerLinks();
    }),
  );
  store.add(codeWarnings(registry));
  return store;
}

/** Returns the hover of the model that the string at the position names. */
async function codeHover(
  document: TextDocument,
  position: Position,
  registry: ModelRegistry,
): Promise<Hover | undefined> {
  const reference = await referenceAt(document, document.offsetAt(position), registry);
  return reference === undefined ? undefined : new Hover(modelHover(reference.model), rangeOf(reference, document));
}

/** Returns a link to the tree for each string that names a model. Markdown has its own links. */
async function codeLinks(document: TextDocument, registry: ModelRegistry): Promise<DocumentLink[]> {
  if (languageOf(document) === "markdown") return [];
  const references = await referencesIn(document, registry, () => true);
  return references.map((reference) => {
    const { path } = reference.model;
    const target = Uri.parse(`command:${COMMANDS.showModel}?${encodeURIComponent(JSON.stringify([path]))}`);
    const link = new DocumentLink(rangeOf(reference, document), target);
    // The editor renders the tooltip as trusted Markdown without escaping it, so it contains no file name.
    link.tooltip = l10n.t("Show in Models");
    return link;
  });
}

/** Returns the quick fixes where code loads a model that failed verification. */
async function codeFixes(
  document: TextDocument,
  diagnostics: readonly Diagnostic[],
  registry: ModelRegistry,
): Promise<CodeAction[]> {
  const actions: CodeAction[] = [];
  const own = diagnostics.filter(({ source, code }) => source === SOURCE && code !== NO_REVISION);
  for (const diagnostic of own) {
    const reference = await referenceAt(document, document.offsetAt(diagnostic.range.start), registry);
    if (reference === undefined) continue;
    const { model } = reference;
    const compare = action(model, l10n.t("Compare With Signature"), COMMANDS.compare, diagnostic);
    actions.push(
      ...ignore(model, diagnostic),
      ...signAgain(model, diagnostic),
      ...(diagnostic.code === "modified" ? [compare] : []),
      action(model, l10n.t("Show Signature"), COMMANDS.showSignature, diagnostic),
      action(model, l10n.t("Verify Again"), COMMANDS.verifyModel, diagnostic),
    );
  }
  return actions;
}
