import * as v from "valibot";
import { EventEmitter, type TextDocumentContentProvider, Uri, workspace } from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { DOCUMENT_SCHEMES } from "../../platform/ids.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";

const KIND = v.picklist(["decision", "report"]);
export type ReportKind = v.InferOutput<typeof KIND>;

const QUERY = v.pipe(v.string(), v.parseJson(), v.object({ kind: KIND, model: v.pipe(v.string(), v.nonEmpty()) }));

/** The URI of a report on a model. */
export function reportUri(kind: ReportKind, model: string, title: string): Uri {
  const name = plainText(title).replaceAll(/[\\/]/g, "\u2215");
  const query = JSON.stringify({ kind, model });
  return Uri.from({ scheme: DOCUMENT_SCHEMES.report, path: `/${name}.md`, query });
}

/** Returns a report in Markdown. */
export type ReportWriter = (kind: ReportKind, model: string) => Promise<string>;

/** Provides reports on models as read-only documents, and updates the open ones when their model changes. */
export class ReportDocumentProvider implements TextDocumentContentProvider, Disposable {
  readonly #write: ReportWriter;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<Uri>());
  /** URIs by model. */
  readonly #open = new Map<string, Set<string>>();
  /** The model changed after the text was requested. */
  readonly #outdated = new Set<string>();
  readonly onDidChange = this.#changed.event;

  constructor(registry: Pick<ModelRegistry, "onDidChange">, write: ReportWriter) {
    this.#write = write;
    this.#store.add(
      registry.onDidChange(({ paths }) => {
        for (const path of paths) for (const uri of this.#open.get(path) ?? []) this.#refresh(uri);
      }),
    );
    // The editor misses a change between the text and the document that it creates from it.
    this.#store.add(
      workspace.onDidOpenTextDocument(({ uri }) => {
        if (this.#outdated.has(uri.toString())) this.#changed.fire(uri);
      }),
    );
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const read = v.safeParse(QUERY, uri.query);
    if (!read.success) return "";
    const { kind, model } = read.output;
    this.#open.set(model, (this.#open.get(model) ?? new Set()).add(uri.toString()));
    this.#outdated.delete(uri.toString());
    return this.#write(kind, model);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #refresh(uri: string): void {
    this.#outdated.add(uri);
    this.#changed.fire(Uri.parse(uri));
  }
}
