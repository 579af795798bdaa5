import {
  Diagnostic,
  DiagnosticSeverity,
  languages,
  type TextDocument,
  type TextDocumentChangeEvent,
  workspace,
} from "vscode";
import { DisposableStore } from "../../platform/disposables.ts";
import { plainText } from "../../platform/plain-text.ts";
import { onSettingChanged, setting } from "../../platform/settings.ts";
import type { KnownModel, ModelRegistry, RegistryChange } from "../../workspace/registry.ts";
import { modelSentence } from "../model-text.ts";
import { SOURCE } from "../problems/problem-codes.ts";
import { languageOf } from "./code-documents.ts";
import { rangeOf } from "./code-hover.ts";
import { referencesIn } from "./model-references.ts";

/** Milliseconds without a key before the text is read again. */
const PAUSE = 400;

/** Open documents that are looked at. */
const DOCUMENTS = 100;

/** Warns in the Problems list where open code loads a model that is not what was signed. */
export class CodeWarnings {
  readonly #registry: ModelRegistry;
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.add(languages.createDiagnosticCollection("modelProvenance.code"));
  readonly #waiting = new Map<TextDocument, NodeJS.Timeout>();
  /** The models that are wrong, each with what is said of it. */
  #said = new Map<string, string>();

  constructor(registry: ModelRegistry) {
    this.#registry = registry;
    this.#store.add(registry.onDidChange((change) => this.#modelsChanged(change)));
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)));
    this.#store.add(workspace.onDidChangeTextDocument((event) => this.#textChanged(event)));
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#closed(document)));
    this.#store.add(onSettingChanged(["codeWarnings"], () => this.#all()));
    this.#said = this.#wrong();
    this.#all();
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#store.dispose();
  }

  #wrong(): Map<string, string> {
    return new Map(this.#registry.models.filter(isWrong).map((model) => [model.path, warningText(model)]));
  }

  /** Progress of a check changes nothing here. */
  #modelsChanged({ paths, list }: RegistryChange): void {
    const changed = paths.some((path) => {
      const model = this.#registry.get(path);
      const text = model !== undefined && isWrong(model) ? warningText(model) : undefined;
      return text !== this.#said.get(path);
    });
    if (!changed && !(list && this.#said.size > 0)) return;
    this.#said = this.#wrong();
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
    const said = this.#said;
    const diagnostics = await this.#diagnose(document);
    if (document.isClosed || this.#store.disposed) return;
    // What came meanwhile is looked at by itself.
    if (document.version !== version || this.#said !== said) return;
    if (diagnostics.length > 0 || this.#collection.has(document.uri)) this.#collection.set(document.uri, diagnostics);
  }

  async #diagnose(document: TextDocument): Promise<Diagnostic[]> {
    if (!setting("codeWarnings") || this.#said.size === 0 || languageOf(document) === "markdown") return [];
    const references = await referencesIn(document, this.#registry, isWrong);
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

/** What was known before, until a new check has ended: a warning does not come and go with each check. */
function settled({ verdict, before }: KnownModel): KnownModel["verdict"] {
  return verdict.state === "checking" || verdict.state === "stale" ? (before ?? verdict) : verdict;
}

function isWrong(model: KnownModel): boolean {
  const { state } = settled(model);
  return state === "modified" || state === "invalid";
}

function warningText(model: KnownModel): string {
  return plainText(modelSentence({ ...model, verdict: settled(model) }));
}
