import * as v from "valibot";
import { EventEmitter, type TextDocumentContentProvider, Uri } from "vscode";
import type { Disposable } from "../../platform/disposables.ts";
import { DOCUMENT_SCHEMES } from "../../platform/ids.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { Services } from "../services.ts";

const KIND = v.picklist(["decision", "report"]);
export type ToldKind = v.InferOutput<typeof KIND>;

const QUERY = v.pipe(v.string(), v.parseJson(), v.object({ kind: KIND, model: v.pipe(v.string(), v.nonEmpty()) }));

/** The address of a document about a model. */
export function toldUri(kind: ToldKind, model: string, title: string): Uri {
  const name = plainText(title).replaceAll(/[\\/]/g, "\u2215");
  const query = JSON.stringify({ kind, model });
  return Uri.from({ scheme: DOCUMENT_SCHEMES.told, path: `/${name}.md`, query });
}

/** What is known of models, in documents that are made anew while they are open and something changes. */
export class ToldDocuments implements TextDocumentContentProvider, Disposable {
  readonly #services: Services;
  readonly #changed = new EventEmitter<Uri>();
  readonly #open = new Map<string, Set<string>>();
  readonly #subscription: Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
    this.#subscription = services.registry.onDidChange(({ paths }) => {
      for (const path of paths) for (const uri of this.#open.get(path) ?? []) this.#changed.fire(Uri.parse(uri));
    });
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const read = v.safeParse(QUERY, uri.query);
    if (!read.success) return "";
    const { kind, model } = read.output;
    this.#open.set(model, (this.#open.get(model) ?? new Set()).add(uri.toString()));
    const { decisionText, reportText } = await import("./texts.ts");
    return kind === "decision" ? decisionText(model, this.#services) : reportText(model, this.#services);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
