import { Diagnostic, DiagnosticSeverity, type TextDocument } from "vscode";
import { isAlarm } from "../../core/manifest/innocent-differences.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import { onSettingChanged, setting } from "../../platform/settings.ts";
import type { KnownModel, ModelRegistry, RegistryChange } from "../../workspace/registry.ts";
import { modelProblemSentence } from "../model-text.ts";
import { SOURCE } from "../problems/problem-codes.ts";
import { CodeDiagnostics } from "./code-diagnostics.ts";
import { languageOf } from "./code-documents.ts";
import { rangeOf, referencesIn } from "./model-references.ts";

/** Warns in Problems where open code loads a model that failed verification. */
export class CodeWarnings {
  readonly #registry: ModelRegistry;
  readonly #store = new DisposableStore();
  readonly #diagnostics = this.#store.add(
    new CodeDiagnostics("modelProvenance.code", (document) => this.#diagnose(document)),
  );
  /** The models that failed verification, each with its warning. */
  #warnings = new Map<string, string>();

  constructor(registry: ModelRegistry) {
    this.#registry = registry;
    this.#store.add(registry.onDidChange((change) => this.#modelsChanged(change)));
    this.#store.add(onSettingChanged(["codeWarnings"], () => this.#diagnostics.refresh()));
    this.#warnings = this.#failedModels();
    this.#diagnostics.refresh();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #failedModels(): Map<string, string> {
    return new Map(this.#registry.models.filter(isFailed).map((model) => [model.path, warningText(model)]));
  }

  /** Progress of a check changes nothing here. */
  #modelsChanged({ paths, list }: RegistryChange): void {
    const changed = paths.some((path) => {
      const model = this.#registry.get(path);
      const text = model !== undefined && isFailed(model) ? warningText(model) : undefined;
      return text !== this.#warnings.get(path);
    });
    if (!changed && !(list && this.#warnings.size > 0)) return;
    this.#warnings = this.#failedModels();
    this.#diagnostics.refresh();
  }

  async #diagnose(document: TextDocument): Promise<Diagnostic[]> {
    if (!setting("codeWarnings") || this.#warnings.size === 0 || languageOf(document) === "markdown") return [];
    const references = await referencesIn(document, this.#registry, isFailed);
    return references
      .filter(({ loads }) => loads)
      .map((reference) => {
        const text = warningText(reference.model);
        const diagnostic = new Diagnostic(rangeOf(reference, document), text, DiagnosticSeverity.Warning);
        diagnostic.source = SOURCE;
        diagnostic.code = settled(reference.model).state;
        return diagnostic;
      });
  }
}

/** The last verdict, until a new check has ended: a warning does not flicker with each check. */
function settled({ verdict, before }: KnownModel): KnownModel["verdict"] {
  return verdict.state === "checking" || verdict.state === "stale" ? (before ?? verdict) : verdict;
}

function isFailed(model: KnownModel): boolean {
  return isAlarm(settled(model));
}

function warningText(model: KnownModel): string {
  return modelProblemSentence({ ...model, verdict: settled(model) });
}
