import { type TextDocumentContentProvider, Uri } from "vscode";
import { DOCUMENT_SCHEMES } from "../platform/ids.ts";

/** Texts that are kept; more are opened by nobody at once. */
const KEPT = 20;

/** Documents that show what a file would be: in memory, and as long as they are among the last. */
class PlannedDocuments implements TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  #number = 0;

  /** @param file whose name, and so whose language, the document has */
  add(name: string, file: string, text: string): Uri {
    this.#number += 1;
    const uri = Uri.from({
      scheme: DOCUMENT_SCHEMES.planned,
      path: Uri.file(file).path,
      query: `${name}&${this.#number}`,
    });
    this.#texts.set(uri.toString(), text);
    for (const key of this.#texts.keys()) if (this.#texts.size > KEPT) this.#texts.delete(key);
    return uri;
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.toString()) ?? "";
  }
}

export const plannedDocuments = new PlannedDocuments();
