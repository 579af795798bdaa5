import { type Diagnostic, languages, type TextDocument, type TextDocumentChangeEvent, workspace } from "vscode";
import { DisposableStore } from "../../platform/disposables.ts";
import { languageOf } from "./code-documents.ts";

/** Milliseconds without typing before the text is parsed again. */
const PAUSE = 400;

/** Keeps the diagnostics of open code in step with its text. */
export class CodeDiagnostics {
  readonly #diagnose: (document: TextDocument) => Promise<Diagnostic[]>;
  readonly #store = new DisposableStore();
  readonly #collection;
  readonly #waiting = new Map<TextDocument, NodeJS.Timeout>();
  /** Changes when all documents are to be diagnosed again. */
  #round = 0;

  constructor(name: string, diagnose: (document: TextDocument) => Promise<Diagnostic[]>) {
    this.#diagnose = diagnose;
    this.#collection = this.#store.add(languages.createDiagnosticCollection(name));
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)));
    this.#store.add(workspace.onDidChangeTextDocument((event) => this.#textChanged(event)));
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#closed(document)));
  }

  /** Diagnoses all open documents again. */
  refresh(): void {
    this.#round += 1;
    for (const document of workspace.textDocuments) this.#soon(document, 0);
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#store.dispose();
  }

  #textChanged({ document, contentChanges }: TextDocumentChangeEvent): void {
    if (contentChanges.length > 0) this.#soon(document, PAUSE);
  }

  #closed(document: TextDocument): void {
    clearTimeout(this.#waiting.get(document));
    this.#waiting.delete(document);
    this.#collection.delete(document.uri);
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
    const round = this.#round;
    const diagnostics = await this.#diagnose(document);
    if (document.isClosed || this.#store.disposed) return;
    // A later change starts its own update.
    if (document.version !== version || this.#round !== round) return;
    if (diagnostics.length > 0 || this.#collection.has(document.uri)) this.#collection.set(document.uri, diagnostics);
  }
}
