import { type Disposable, languages, type TextDocument } from "vscode";
import { DisposableStore } from "../../platform/disposables.ts";
import type { Services } from "../services.ts";
import { isPolicyDocument, POLICY_CANDIDATES } from "./policy-documents.ts";
import { RuleLenses } from "./rule-lenses.ts";

/** Characters that trigger completion. */
const TRIGGERS = [" ", ":", '"', "'", "/"];

/** Registers completion, hovers and lenses of policy files. Their code is loaded with the first policy that is edited. */
export function registerPolicyFiles(services: Services): Disposable {
  const store = new DisposableStore();
  const isPolicy = (document: TextDocument): boolean => isPolicyDocument(document, services.policies);
  store.add(
    languages.registerCompletionItemProvider(
      POLICY_CANDIDATES,
      {
        provideCompletionItems: async (document, position, token, context) =>
          isPolicy(document)
            ? (await import("./complete.ts")).completions(document, position, { token, context, services })
            : undefined,
      },
      ...TRIGGERS,
    ),
  );
  store.add(
    languages.registerHoverProvider(POLICY_CANDIDATES, {
      provideHover: async (document, position) =>
        isPolicy(document) ? (await import("./explain.ts")).explanation(document, position) : undefined,
    }),
  );
  const lenses = store.add(new RuleLenses(services));
  store.add(languages.registerCodeLensProvider(POLICY_CANDIDATES, lenses));
  return store;
}
