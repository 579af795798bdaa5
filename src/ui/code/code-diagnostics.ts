import { type Diagnostic, languages, type TextDocument, workspace } from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { languageOf } from "./code-documents.ts";

/** Milliseconds without typing before the text is parsed again. */
const PAUSE = 400;

export interface CodeDiagnostics extends Disposable {
  /** Diagnoses all open documents again. */
  refresh(): void;
}

/** Keeps the diagnostics of open code in step with its text. */
export function codeDiagnostics(
  name: string,
  diagnose: (document: TextDocument) => Promise<Diagnostic[]>,
): CodeDiagnostics {
  const store = new DisposableStore();
  const collection = store.add(languages.createDiagnosticCollection(name));
  const waiting = new Map<TextDocument, NodeJS.Timeout>();
  /** Changes when all documents are to be diagnosed again. */
  let round = 0;

  const update = async (document: TextDocument): Promise<void> => {
    waiting.delete(document);
    const { version } = document;
    const started = round;
    const diagnostics = await diagnose(document);
    if (document.isClosed || store.disposed) return;
    // A later change starts its own update.
    if (document.version !== version || round !== started) return;
    if (diagnostics.length > 0 || collection.has(document.uri)) collection.set(document.uri, diagnostics);
  };
  const soon = (document: TextDocument, delay: number): void => {
    if (languageOf(document) === undefined || store.disposed) return;
    clearTimeout(waiting.get(document));
    waiting.set(document, setTimeout(update, delay, document));
  };

  store.add(workspace.onDidOpenTextDocument((document) => soon(document, 0)));
  store.add(
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) soon(document, PAUSE);
    }),
  );
  store.add(
    workspace.onDidCloseTextDocument((document) => {
      clearTimeout(waiting.get(document));
      waiting.delete(document);
      collection.delete(document.uri);
    }),
  );
  return {
    refresh() {
      round += 1;
      for (const document of workspace.textDocuments) soon(document, 0);
    },
    dispose() {
      for (const timer of waiting.values()) clearTimeout(timer);
      store.dispose();
    },
  };
}
