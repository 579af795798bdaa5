import { Diagnostic, DiagnosticSeverity, type TextDocument } from "vscode";
import { isAlarm } from "../../core/manifest/innocent-differences.ts";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { onSettingChanged, setting } from "../../platform/settings.ts";
import { type KnownModel, lastReached, type ModelRegistry } from "../../workspace/registry.ts";
import { modelProblemSentence } from "../model-text.ts";
import { SOURCE } from "../problems/problem-codes.ts";
import { codeDiagnostics } from "./code-diagnostics.ts";
import { languageOf } from "./code-documents.ts";
import { hubHints } from "./hub-surfaces.ts";
import { rangeOf, referencesIn } from "./model-references.ts";

/** Warns in Problems where open code loads a model that failed verification, and hints at missing revisions. */
export function codeWarnings(registry: ModelRegistry): Disposable {
  const store = new DisposableStore();
  const failedModels = () => new Map(registry.models.filter(isFailed).map((model) => [model.path, warningText(model)]));
  /** The models that failed verification, each with its warning. */
  let warnings = failedModels();
  const diagnostics = store.add(
    codeDiagnostics("modelProvenance.code", async (document) => [
      ...(warnings.size === 0 ? [] : await warningsIn(document, registry)),
      ...hubHints(document),
    ]),
  );
  store.add(
    registry.onDidChange(({ paths, list }) => {
      // Progress of a check changes nothing here.
      const changed = paths.some((path) => {
        const model = registry.get(path);
        const text = model !== undefined && isFailed(model) ? warningText(model) : undefined;
        return text !== warnings.get(path);
      });
      if (!changed && !(list && warnings.size > 0)) return;
      warnings = failedModels();
      diagnostics.refresh();
    }),
  );
  store.add(onSettingChanged(["codeWarnings", "revisionHints"], () => diagnostics.refresh()));
  diagnostics.refresh();
  return store;
}

async function warningsIn(document: TextDocument, registry: ModelRegistry): Promise<Diagnostic[]> {
  if (!setting("codeWarnings") || languageOf(document) === "markdown") return [];
  const references = await referencesIn(document, registry, isFailed);
  return references
    .filter(({ loads }) => loads)
    .map((reference) => {
      const text = warningText(reference.model);
      const diagnostic = new Diagnostic(rangeOf(reference, document), text, DiagnosticSeverity.Warning);
      diagnostic.source = SOURCE;
      diagnostic.code = lastReached(reference.model).state;
      return diagnostic;
    });
}

function isFailed(model: KnownModel): boolean {
  return isAlarm(lastReached(model));
}

function warningText(model: KnownModel): string {
  return modelProblemSentence({ ...model, verdict: lastReached(model) });
}
