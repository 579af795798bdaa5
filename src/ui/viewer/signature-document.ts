import { basename, dirname } from "node:path";
import { type CustomDocument, EventEmitter, RelativePattern, Uri, workspace } from "vscode";
import { MAX_BUNDLE_BYTES } from "../../core/bundle/bounded-json.ts";
import type { Engine } from "../../engine/engine.ts";
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
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { findingsOf } from "./presentation/files.ts";
import { comparedVerdict, type Subject } from "./presentation/subject.ts";

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
export class SignatureDocument implements CustomDocument {
  readonly uri: Uri;
  readonly #registry: ModelRegistry;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly #view: SignatureView;
  #summary: SignatureSummary;
  #snapshot: Snapshot | undefined;
  #working: Promise<void> = Promise.resolve();
  #comparing: Promise<unknown> = Promise.resolve();
  #generation = 0;
  readonly onDidChange = this.#changed.event;

  private constructor(uri: Uri, registry: ModelRegistry, view: SignatureView, summary: SignatureSummary) {
    this.uri = uri;
    this.#registry = registry;
    this.#view = this.#store.add(view);
    this.#summary = summary;
    documents.add(this);
    this.#store.add({ dispose: () => documents.delete(this) });
    this.#store.add(registry.onDidChange(() => this.#registryChanged()));
    if (uri.scheme === "file") this.#watch();
  }

  static async open(
    uri: Uri,
    registry: ModelRegistry,
    engine: Pick<Engine, "openSignature">,
  ): Promise<SignatureDocument> {
    const { view, summary } = await engine.openSignature(await sourceOf(uri, registry));
    return new SignatureDocument(uri, registry, view, summary);
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
    const subject: Subject = { path: this.#path, summary: this.#summary, ...(model && { model }) };
    const last = this.#snapshot;
    if (last?.subject.summary === subject.summary && last.subject.model === model) return last;
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
    return this.uri.scheme === "file" ? this.#registry.signedBy(this.uri.fsPath) : undefined;
  }

  /** Reads the file again if another of its bundles is to be shown. */
  lineMayDiffer(): void {
    const { line } = this.#summary;
    const wanted = line === undefined ? undefined : lineOf(this.uri, this.#registry);
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
      this.#summary = await this.#view.read(await sourceOf(this.uri, this.#registry));
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
