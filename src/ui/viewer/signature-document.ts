import { basename, dirname } from "node:path";
import { EventEmitter, l10n, RelativePattern, Uri, workspace } from "vscode";
import { MAX_BUNDLE_BYTES } from "../../core/bundle/bounded-json.ts";
import type {
  FilePage,
  FileQuery,
  PageRange,
  SignatureSource,
  SignatureSummary,
  StateCounts,
  TextPage,
} from "../../engine/signature-view/requests.ts";
import type { SignatureView } from "../../engine/signature-view/signature-view.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import type { Origins } from "../../workspace/origins.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { EDITOR } from "../localizer.ts";
import type { Services } from "../services.ts";
import { findingsOf, rowOf } from "./presentation/files.ts";
import { comparedVerdict, type Subject } from "./presentation/subject.ts";
import { viewerState } from "./presentation/viewer-state.ts";
import type { ViewerDocument } from "./viewer-document.ts";

interface SignatureServices extends Pick<Services, "registry"> {
  readonly origins: Pick<Origins, "get" | "request" | "onDidChange">;
}

/** A snapshot of a document: the file, its model, and how many files are in which state. */
export interface Snapshot {
  readonly subject: Subject;
  readonly counts: StateCounts;
  /** Changes when the rows change. */
  readonly generation: number;
}

/** The bundle that was chosen of a file with one a line, by the file's URI. */
const chosenLines = new Map<string, number>();
const documents = new Set<SignatureDocument>();

/**
 * Shows the bundle of that line, in an open viewer and in one that is opened later.
 *
 * @param line absent: that of the bundle that decides
 */
export function showLine(uri: Uri, line: number | undefined): void {
  if (line === undefined) chosenLines.delete(uri.toString());
  else chosenLines.set(uri.toString(), line);
  for (const document of documents) document.lineMayDiffer();
}

/** A signature file that is open in the viewer, read and searched by the engine. */
export class SignatureDocument implements ViewerDocument {
  readonly title = l10n.t("Signature");
  readonly uri: Uri;
  readonly #services: SignatureServices;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly #view: SignatureView;
  #summary: SignatureSummary;
  #snapshot: Snapshot | undefined;
  #working: Promise<void> = Promise.resolve();
  #comparing: Promise<unknown> = Promise.resolve();
  #generation = 0;
  readonly onDidChange = this.#changed.event;

  private constructor(uri: Uri, services: SignatureServices, view: SignatureView, summary: SignatureSummary) {
    this.uri = uri;
    this.#services = services;
    this.#view = this.#store.add(view);
    this.#summary = summary;
    documents.add(this);
    this.#store.add({ dispose: () => documents.delete(this) });
    this.#store.add(services.registry.onDidChange(() => this.#registryChanged()));
    this.#store.add(
      services.origins.onDidChange((path) => {
        if (path === this.modelPath()) this.#changed.fire();
      }),
    );
    if (uri.scheme === "file") this.#watch();
  }

  static async open(
    uri: Uri,
    services: SignatureServices & { readonly engine: Pick<Services["engine"], "openSignature"> },
  ): Promise<SignatureDocument> {
    const { view, summary } = await services.engine.openSignature(await sourceOf(uri, services.registry));
    return new SignatureDocument(uri, services, view, summary);
  }

  async state() {
    const { subject, counts, generation } = await this.snapshot();
    return viewerState(subject, { counts, generation }, EDITOR);
  }

  async rows(query: FileQuery) {
    const { generation } = await this.snapshot();
    const { total, entries } = await this.page(query);
    return { generation, total, rows: entries.map((entry) => rowOf(entry, EDITOR)) };
  }

  modelPath(): string | undefined {
    return this.#model()?.path;
  }

  /** Returns the current snapshot. Computes the states of the files again only if they may have changed. */
  snapshot(): Promise<Snapshot> {
    const next = this.#comparing.catch(() => {}).then(() => this.#compare());
    this.#comparing = next;
    return next;
  }

  page(query: FileQuery): Promise<FilePage> {
    return this.#view.page(query);
  }

  lines(range: PageRange): Promise<TextPage> {
    return this.#view.lines(range);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #compare(): Promise<Snapshot> {
    await this.#working;
    const model = this.#model();
    if (model !== undefined) this.#services.origins.request(model.path);
    const download = model && this.#services.origins.get(model.path);
    const base = { path: this.#path, summary: this.#summary };
    const subject: Subject = { ...base, ...(model && { model }), ...(download && { download }) };
    const last = this.#snapshot;
    const isKnown = last?.subject.summary === subject.summary && last.subject.model === model;
    if (isKnown && last.subject.download === download) return last;
    const unchanged = last !== undefined && haveSameFiles(last.subject, subject);
    const counts = unchanged ? last.counts : await this.#view.compare(findingsOf(subject));
    if (!unchanged) this.#generation += 1;
    this.#snapshot = { subject, counts, generation: this.#generation };
    return this.#snapshot;
  }

  get #path(): string {
    return this.uri.scheme === "file" ? this.uri.fsPath : `${this.uri.scheme}:${this.uri.path}`;
  }

  /** A file that is not on disk, such as that of an earlier commit, belongs to no model. */
  #model(): KnownModel | undefined {
    return this.uri.scheme === "file" ? this.#services.registry.signedBy(this.uri.fsPath) : undefined;
  }

  /** Reads the file again if another of its bundles is to be shown. */
  lineMayDiffer(): void {
    const { line } = this.#summary;
    const wanted = line === undefined ? undefined : lineOf(this.uri, this.#services.registry);
    if (wanted !== undefined && wanted !== line) this.#readAgain();
  }

  #registryChanged(): void {
    this.lineMayDiffer();
    if (this.#model() !== this.#snapshot?.subject.model) this.#changed.fire();
  }

  #watch(): void {
    const folder = Uri.file(dirname(this.uri.fsPath));
    const pattern = new RelativePattern(folder, globOf(basename(this.uri.fsPath)));
    const watcher = this.#store.add(workspace.createFileSystemWatcher(pattern));
    const again = (): void => this.#readAgain();
    watcher.onDidChange(again, undefined, []);
    watcher.onDidCreate(again, undefined, []);
    watcher.onDidDelete(again, undefined, []);
  }

  #readAgain(): void {
    const before = this.#working.catch(() => {});
    this.#working = before.then(async () => {
      if (this.#store.disposed) return;
      this.#summary = await this.#view.read(await sourceOf(this.uri, this.#services.registry));
      this.#changed.fire();
    });
    // The next snapshot reports the error.
    this.#working.catch(() => {});
  }
}

/** The line that was chosen, else that of the bundle that decides. */
function lineOf(uri: Uri, registry: ModelRegistry): number | undefined {
  const path = uri.fsPath;
  const { signatures = [] } = registry.signedBy(path)?.verdict ?? {};
  const decisive = signatures.find(({ signature, decisive }) => decisive && signature === path);
  return chosenLines.get(uri.toString()) ?? decisive?.line;
}

async function sourceOf(uri: Uri, registry: ModelRegistry): Promise<SignatureSource> {
  const path = uri.fsPath;
  if (uri.scheme === "file") return { path, line: lineOf(uri, registry), model: registry.signedBy(path)?.path };
  const { size } = await workspace.fs.stat(uri);
  const label = basename(uri.path);
  if (size > MAX_BUNDLE_BYTES) return { label, bytes: new Uint8Array() };
  return { label, bytes: Uint8Array.from(await workspace.fs.readFile(uri)) };
}

/** Returns a pattern that matches only this name. */
function globOf(name: string): string {
  return name.replaceAll(/[*?{}[\]]/g, (character) => `[${character}]`);
}

/** Whether both show the same files in the same states. A verdict that did not change has the same objects. */
function haveSameFiles(a: Subject, b: Subject): boolean {
  const [before, now] = [comparedVerdict(a), comparedVerdict(b)];
  return (
    a.summary === b.summary &&
    a.model?.path === b.model?.path &&
    before?.comparison === now?.comparison &&
    before?.coverage === now?.coverage
  );
}
