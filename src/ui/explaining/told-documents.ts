import * as v from "valibot";
import { EventEmitter, type TextDocumentContentProvider, Uri, workspace } from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { DOCUMENT_SCHEMES } from "../../platform/ids.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";

const KIND = v.picklist(["decision", "report"]);
export type ToldKind = v.InferOutput<typeof KIND>;

const QUERY = v.pipe(v.string(), v.parseJson(), v.object({ kind: KIND, model: v.pipe(v.string(), v.nonEmpty()) }));

/** The address of a document about a model. */
export function toldUri(kind: ToldKind, model: string, title: string): Uri {
  const name = plainText(title).replaceAll(/[\\/]/g, "\u2215");
  const query = JSON.stringify({ kind, model });
  return Uri.from({ scheme: DOCUMENT_SCHEMES.told, path: `/${name}.md`, query });
}

/** What a document says, in Markdown. */
export type Telling = (kind: ToldKind, model: string) => Promise<string>;

/** What is known of models, in documents that are made anew while they are open and something changes. */
export class ToldDocuments implements TextDocumentContentProvider, Disposable {
  readonly #tell: Telling;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<Uri>());
  /** Addresses by model. */
  readonly #open = new Map<string, Set<string>>();
  /** Something changed since their text was begun. */
  readonly #outdated = new Set<string>();
  readonly onDidChange = this.#changed.event;

  constructor(registry: Pick<ModelRegistry, "onDidChange">, tell: Telling) {
    this.#tell = tell;
    this.#store.add(
      registry.onDidChange(({ paths }) => {
        for (const path of paths) for (const uri of this.#open.get(path) ?? []) this.#refresh(uri);
      }),
    );
    // The editor does not hear of a change between the text and the document that it makes of it.
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
    return this.#tell(kind, model);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #refresh(uri: string): void {
    this.#outdated.add(uri);
    this.#changed.fire(Uri.parse(uri));
  }
}
