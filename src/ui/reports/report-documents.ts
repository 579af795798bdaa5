import { EventEmitter, type TextDocumentContentProvider, Uri, workspace } from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { REPORT_SCHEME } from "../../platform/ids.ts";
import { plainText } from "../../platform/plain-text.ts";

export type ReportKind = "decision" | "report";

/** Returns a report on a model in Markdown. */
export type ReportWriter = (kind: ReportKind, model: string) => Promise<string>;

/** Texts that are kept, the latest ones. */
const KEPT = 20;
const texts = new Map<string, string>();
let count = 0;

/** The URI of a report, which is updated while it is open. */
export function reportUri(kind: ReportKind, model: string, title: string): Uri {
  return Uri.from({ scheme: REPORT_SCHEME, path: titlePath(title), query: `${kind}:${model}` });
}

/**
 * The URI of a read-only document with a fixed text.
 *
 * @param path of the file whose name and language the document has, or from {@link titlePath}
 */
export function textUri(path: string, text: string): Uri {
  count += 1;
  texts.set(String(count), text);
  texts.delete(String(count - KEPT));
  return Uri.from({ scheme: REPORT_SCHEME, path: Uri.file(path).path, query: `text:${count}` });
}

/** The path of a Markdown document with this title. */
export function titlePath(title: string): string {
  return `/${plainText(title).replaceAll(/[\\/]/g, "\u2215")}.md`;
}

/** Provides read-only documents: reports on models, updated while they are open, and fixed texts. */
export class ReportDocumentProvider implements TextDocumentContentProvider, Disposable {
  readonly #write: ReportWriter;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<Uri>());
  /** The model of each report, by URI. */
  readonly #reports = new Map<string, string>();
  /** Reports whose model changed after their text was requested. */
  readonly #outdated = new Set<string>();
  readonly onDidChange = this.#changed.event;

  constructor(write: ReportWriter) {
    this.#write = write;
    // The editor misses a change between the text and the document that it creates from it.
    this.#store.add(
      workspace.onDidOpenTextDocument(({ uri }) => {
        if (this.#outdated.has(uri.toString())) this.#changed.fire(uri);
      }),
    );
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const [, kind, subject = ""] = /^(\w+):(.*)$/s.exec(uri.query) ?? [];
    if (kind === "text") return texts.get(subject) ?? "";
    if (kind !== "decision" && kind !== "report") return "";
    this.#reports.set(uri.toString(), subject);
    this.#outdated.delete(uri.toString());
    return this.#write(kind, subject);
  }

  /** What is reported of these models has changed. */
  changed(models: readonly string[]): void {
    for (const [uri, model] of this.#reports) {
      if (!models.includes(model)) continue;
      this.#outdated.add(uri);
      this.#changed.fire(Uri.parse(uri));
    }
  }

  dispose(): void {
    this.#store.dispose();
  }
}
