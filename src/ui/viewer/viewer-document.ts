import { type CustomDocument, EventEmitter, type Uri } from "vscode";
import type {
  FileEntry,
  FileQuery,
  Findings,
  PageRange,
  StateCounts,
  TextPage,
} from "../../engine/signature-view/requests.ts";
import type { SignatureView } from "../../engine/signature-view/signature-view.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import type { FileRow, ViewerState } from "./messages.ts";
import type { Links } from "./presentation/links.ts";

/** What a document shows, and how many files are in which state. */
export interface Snapshot<S> {
  readonly subject: S;
  readonly counts: StateCounts;
  /** Changes when the rows change. */
  readonly generation: number;
}

/** What pages of the viewer show. The engine has the list of files and the text. */
export abstract class ViewerDocument<S = unknown> implements CustomDocument {
  /** For screen readers. */
  abstract readonly title: string;
  readonly uri: Uri;
  protected readonly store = new DisposableStore();
  protected readonly view: SignatureView;
  protected last: Snapshot<S> | undefined;
  readonly #changed = this.store.add(new EventEmitter<void>());
  #comparing: Promise<unknown> = Promise.resolve();
  readonly onDidChange = this.#changed.event;

  constructor(uri: Uri, view: SignatureView) {
    this.uri = uri;
    this.view = this.store.add(view);
  }

  /** Absolute path of the model that buttons apply to, if this window knows one. */
  abstract modelPath(): string | undefined;
  /** Everything that is known now. */
  protected abstract subject(): S | Promise<S>;
  /** Whether both show the same files in the same states. */
  protected abstract haveSameFiles(before: S, now: S): boolean;
  protected abstract findings(subject: S): Findings;
  protected abstract row(entry: FileEntry): FileRow;
  protected abstract present(snapshot: Snapshot<S>): { readonly state: ViewerState; readonly links: Links };

  /** Returns everything except rows and text. */
  async state() {
    return this.present(await this.snapshot());
  }

  /** Returns a page of the list of files. */
  async rows(query: FileQuery) {
    const { generation } = await this.snapshot();
    const { total, entries } = await this.view.page(query);
    return { generation, total, rows: entries.map((entry) => this.row(entry)) };
  }

  /** Returns a page of the text. */
  lines(range: PageRange): Promise<TextPage> {
    return this.view.lines(range);
  }

  /** Returns the current snapshot. Sends the files to the engine again only if what is known of them changed. */
  snapshot(): Promise<Snapshot<S>> {
    const next = this.#comparing.catch(() => {}).then(() => this.#compare());
    this.#comparing = next;
    return next;
  }

  dispose(): void {
    this.store.dispose();
  }

  protected changed(): void {
    this.#changed.fire();
  }

  async #compare(): Promise<Snapshot<S>> {
    const subject = await this.subject();
    const { last } = this;
    const isSame = last !== undefined && this.haveSameFiles(last.subject, subject);
    const counts = isSame ? last.counts : await this.view.compare(this.findings(subject));
    this.last = { subject, counts, generation: (last?.generation ?? 0) + (isSame ? 0 : 1) };
    return this.last;
  }
}
