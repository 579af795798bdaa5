import {
  Diagnostic,
  DiagnosticSeverity,
  languages,
  type TextDocument,
  type TextDocumentChangeEvent,
  workspace,
} from "vscode";
import { isAlarm } from "../../core/manifest/innocent-differences.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import { onSettingChanged, setting } from "../../platform/settings.ts";
import type { KnownModel, ModelRegistry, RegistryChange } from "../../workspace/registry.ts";
import { modelProblemSentence } from "../model-text.ts";
import { SOURCE } from "../problems/problem-codes.ts";
import { languageOf } from "./code-documents.ts";
import { rangeOf, referencesIn } from "./model-references.ts";

/** Milliseconds without typing before the text is parsed again. */
const PAUSE = 400;

/** Open documents that get warnings, at most. */
const DOCUMENTS = 100;

/** Warns in Problems where open code loads a model that failed verification. */
export class CodeWarnings {
  readonly #registry: ModelRegistry;
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.add(languages.createDiagnosticCollection("modelProvenance.code"));
  readonly #waiting = new Map<TextDocument, NodeJS.Timeout>();
  /** The models that failed verification, each with its warning. */
  #warnings = new Map<string, string>();

  constructor(registry: ModelRegistry) {
    this.#registry = registry;
    this.#store.add(registry.onDidChange((change) => this.#modelsChanged(change)));
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)));
    this.#store.add(workspace.onDidChangeTextDocument((event) => this.#textChanged(event)));
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#closed(document)));
    this.#store.add(onSettingChanged(["codeWarnings"], () => this.#all()));
    this.#warnings = this.#failedModels();
    this.#all();
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
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
    this.#all();
  }

  #textChanged({ document, contentChanges }: TextDocumentChangeEvent): void {
    if (contentChanges.length > 0) this.#soon(document, PAUSE);
  }

  #closed(document: TextDocument): void {
    clearTimeout(this.#waiting.get(document));
    this.#waiting.delete(document);
    this.#collection.delete(document.uri);
  }

  #all(): void {
    for (const document of workspace.textDocuments.slice(0, DOCUMENTS)) this.#soon(document, 0);
  }

  #soon(document: TextDocument, delay: number): void {
    if (languageOf(document) === undefined || this.#store.disposed) return;
    clearTimeout(this.#waiting.get(document));
    const run = (): void => {
      this.#waiting.delete(document);
      void this.#update(document);
    };
    this.#waiting.set(document, setTimeout(run, delay));
  }

  async #update(document: TextDocument): Promise<void> {
    const { version } = document;
    const warnings = this.#warnings;
    const diagnostics = await this.#diagnose(document);
    if (document.isClosed || this.#store.disposed) return;
    // A later change starts its own update.
    if (document.version !== version || this.#warnings !== warnings) return;
    if (diagnostics.length > 0 || this.#collection.has(document.uri)) this.#collection.set(document.uri, diagnostics);
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
