import { CodeActionKind, languages, type Tab, TabInputCustom, window, workspace } from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { errorText } from "../../platform/log.ts";
import { isPolicyDocument } from "../policy-files/policy-documents.ts";
import type { Services } from "../services.ts";
import type { ModelsInProblems } from "./models-in-problems.ts";

/** Registers problems and their quick fixes, which are loaded with the first model or policy. */
export function registerProblems(services: Services): Disposable {
  const store = new DisposableStore();
  const { registry, policies, log } = services;
  let models: Promise<ModelsInProblems> | undefined;
  const start = async (): Promise<ModelsInProblems> => {
    const [{ ModelsInProblems }, { PoliciesInProblems }] = await Promise.all([
      import("./models-in-problems.ts"),
      import("./policies-in-problems.ts"),
    ]);
    store.add(new PoliciesInProblems(services));
    return store.add(new ModelsInProblems(services));
  };
  const waiting = store.add(new DisposableStore());
  const made = (): Promise<ModelsInProblems> => {
    waiting.dispose();
    models ??= start();
    return models;
  };
  const make = (): void => void made().catch((error: unknown) => log.error(errorText(error)));
  waiting.add(registry.onDidChange(make));
  waiting.add(policies.onDidChange(make));
  waiting.add(workspace.onDidOpenTextDocument((document) => isPolicyDocument(document, policies) && make()));
  if (registry.models.length > 0 || workspace.textDocuments.some((document) => isPolicyDocument(document, policies))) {
    make();
  }
  store.add(window.tabGroups.onDidChangeTabs(({ opened }) => void offerFixesOf(opened, models)));
  store.add(
    languages.registerCodeActionsProvider(
      { scheme: "file" },
      {
        provideCodeActions: async (document, _range, { diagnostics }) => {
          const signed = registry.signedBy(document.uri.fsPath) !== undefined;
          if (!signed && !isPolicyDocument(document, policies)) return [];
          const { quickFixes } = await import("./quick-fixes.ts");
          const listed = await made();
          return quickFixes(document, diagnostics, registry, (...location) => listed.about(...location));
        },
      },
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    ),
  );
  return store;
}

/**
 * The Problems view offers fixes only for text documents, which a signature in the viewer is not: this opens the
 * document, too, where the signature has a problem.
 */
async function offerFixesOf(tabs: readonly Tab[], models: Promise<ModelsInProblems> | undefined): Promise<void> {
  const listed = await models;
  for (const { input } of tabs) {
    if (!(input instanceof TabInputCustom) || listed?.has(input.uri) !== true) continue;
    // A file that is too large to be a document has no fixes.
    await workspace.openTextDocument(input.uri).then(undefined, () => undefined);
  }
}
