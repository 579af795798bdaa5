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
  /** Of each document the latest update, which waits or is under way: only its result counts. */
  const latest = new Map<TextDocument, NodeJS.Timeout>();

  const soon = (document: TextDocument, delay: number): void => {
    if (languageOf(document) === undefined || store.disposed) return;
    clearTimeout(latest.get(document));
    const update = setTimeout(async () => {
      const diagnostics = await diagnose(document);
      if (latest.get(document) !== update) return;
      if (diagnostics.length > 0 || collection.has(document.uri)) collection.set(document.uri, diagnostics);
    }, delay);
    latest.set(document, update);
  };

  store.add(workspace.onDidOpenTextDocument((document) => soon(document, 0)));
  store.add(
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) soon(document, PAUSE);
    }),
  );
  store.add(
    workspace.onDidCloseTextDocument((document) => {
      clearTimeout(latest.get(document));
      latest.delete(document);
      collection.delete(document.uri);
    }),
  );
  return {
    refresh() {
      for (const document of workspace.textDocuments) soon(document, 0);
    },
    dispose() {
      for (const update of latest.values()) clearTimeout(update);
      latest.clear();
      store.dispose();
    },
  };
}
