import { CodeActionKind, languages, type Tab, TabInputCustom, window, workspace } from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { fromFirstModel, loadedLater } from "../from-first-model.ts";
import { isPolicyDocument } from "../policy-files/policy-documents.ts";
import type { Services } from "../services.ts";
import type { ModelsInProblems } from "./models-in-problems.ts";

/** Registers problems and their quick fixes, which are loaded later. */
export function registerProblems(services: Services): Disposable {
  const store = new DisposableStore();
  const { registry, policies } = services;
  let models: ModelsInProblems | undefined;
  const start = async (): Promise<ModelsInProblems> => {
    const { ModelsInProblems } = await import("./models-in-problems.ts");
    models = new ModelsInProblems(services);
    return models;
  };
  store.add(fromFirstModel(services, start));
  store.add(
    loadedLater(services, async () => new (await import("./policies-in-problems.ts")).PoliciesInProblems(services)),
  );
  store.add(window.tabGroups.onDidChangeTabs(({ opened }) => void offerFixesOf(opened, models)));
  store.add(
    languages.registerCodeActionsProvider(
      { scheme: "file" },
      {
        provideCodeActions: async (document, _range, { diagnostics }) => {
          const signed = registry.signedBy(document.uri.fsPath) !== undefined;
          if (!signed && !isPolicyDocument(document, policies)) return [];
          const { quickFixes } = await import("./quick-fixes.ts");
          return quickFixes(document, diagnostics, registry, (...location) => models?.about(...location) ?? []);
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
async function offerFixesOf(tabs: readonly Tab[], models: ModelsInProblems | undefined): Promise<void> {
  for (const { input } of tabs) {
    if (!(input instanceof TabInputCustom) || models?.has(input.uri) !== true) continue;
    // A file that is too large to be a document has no fixes.
    await workspace.openTextDocument(input.uri).then(undefined, () => undefined);
  }
}
