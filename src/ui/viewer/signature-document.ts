import { basename, dirname } from "node:path";
import { type CustomDocument, EventEmitter, RelativePattern, Uri, workspace } from "vscode";
import { MAX_BUNDLE_BYTES } from "../../core/bundle/bounded-json.ts";
import type { Engine } from "../../engine/engine.ts";
import type {
  FilePage,
  FileQuery,
  Findings,
  SignatureSource,
  SignatureSummary,
  StateCounts,
  TextPage,
} from "../../engine/signature-view/requests.ts";
import type { SignatureView } from "../../engine/signature-view/signature-view.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { findingsOf } from "./presentation/files.ts";
import type { Subject } from "./presentation/subject.ts";

/** One state of a document: what the file says, what is known of its model, and how many files are in which state. */
export interface Seen {
  readonly subject: Subject;
  readonly counts: StateCounts;
  /** Another number for other rows. */
  readonly generation: number;
}

/** A signature file that is open in the viewer, read and searched by the engine. */
export class SignatureDocument implements CustomDocument {
  readonly uri: Uri;
  readonly #registry: ModelRegistry;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly #view: SignatureView;
  #summary: SignatureSummary;
  #seen: Seen | undefined;
  #findings: Findings | undefined;
  #working: Promise<void> = Promise.resolve();
  #generation = 0;
  readonly onDidChange = this.#changed.event;

  private constructor(uri: Uri, registry: ModelRegistry, view: SignatureView, summary: SignatureSummary) {
    this.uri = uri;
    this.#registry = registry;
    this.#view = this.#store.add(view);
    this.#summary = summary;
    this.#store.add(registry.onDidChange(() => this.#registryChanged()));
    if (uri.scheme === "file") this.#watch();
  }

  static async open(
    uri: Uri,
    registry: ModelRegistry,
    engine: Pick<Engine, "openSignature">,
  ): Promise<SignatureDocument> {
    const { view, summary } = await engine.openSignature(await sourceOf(uri));
    return new SignatureDocument(uri, registry, view, summary);
  }

  /** What is known now. The states of the files are worked out anew where something changed. */
  async look(): Promise<Seen> {
    await this.#working;
    const model = this.#model();
    const subject: Subject = { path: this.#path, summary: this.#summary, ...(model && { model }) };
    const known = this.#seen;
    if (known !== undefined && known.subject.summary === subject.summary && known.subject.model === model) return known;
    const findings = findingsOf(subject);
    const same = known?.subject.summary === subject.summary && sameFindings(this.#findings, findings);
    const counts = same && known !== undefined ? known.counts : await this.#view.compare(findings);
    if (!same) this.#generation += 1;
    this.#findings = findings;
    this.#seen = { subject, counts, generation: this.#generation };
    return this.#seen;
  }

  page(query: FileQuery): Promise<FilePage> {
    return this.#view.page(query);
  }

  lines(offset: number, count: number): Promise<TextPage> {
    return this.#view.lines(offset, count);
  }

  dispose(): void {
    this.#store.dispose();
  }

  get #path(): string {
    return this.uri.scheme === "file" ? this.uri.fsPath : `${this.uri.scheme}:${this.uri.path}`;
  }

  /** A file of another kind, as of an earlier commit, is no model's signature now. */
  #model(): KnownModel | undefined {
    return this.uri.scheme === "file" ? this.#registry.signedBy(this.uri.fsPath) : undefined;
  }

  #registryChanged(): void {
    if (this.#model() !== this.#seen?.subject.model) this.#changed.fire();
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
      this.#summary = await this.#view.read(await sourceOf(this.uri));
      this.#changed.fire();
    });
    // Told by the next look.
    this.#working.catch(() => {});
  }
}

async function sourceOf(uri: Uri): Promise<SignatureSource> {
  if (uri.scheme === "file") return { path: uri.fsPath };
  const { size } = await workspace.fs.stat(uri);
  const label = basename(uri.path);
  if (size > MAX_BUNDLE_BYTES) return { label, bytes: new Uint8Array() };
  return { label, bytes: Uint8Array.from(await workspace.fs.readFile(uri)) };
}

/** A name as a pattern that fits it alone. */
function globOf(name: string): string {
  return name.replaceAll(/[*?{}[\]]/g, (character) => `[${character}]`);
}

/** Comparisons are values that a verdict carries on: the same one is the same object. */
function sameFindings(a: Findings | undefined, b: Findings): boolean {
  if (a === undefined) return false;
  return (
    a.model === b.model &&
    a.compared === b.compared &&
    sameList(a.changed, b.changed) &&
    sameList(a.missing, b.missing) &&
    sameList(a.added, b.added) &&
    sameList(a.passed, b.passed) &&
    sameList(a.leftOut, b.leftOut)
  );
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === 0 && b.length === 0);
}
