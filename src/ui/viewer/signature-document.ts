import { basename, dirname } from "node:path";
import { l10n, RelativePattern, Uri, workspace } from "vscode";
import { MAX_BUNDLE_BYTES } from "../../core/bundle/bounded-json.ts";
import type { FileEntry, SignatureSource, SignatureSummary } from "../../engine/signature-view/requests.ts";
import type { SignatureView } from "../../engine/signature-view/signature-view.ts";
import type { Origins } from "../../workspace/origins.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { EDITOR } from "../localizer.ts";
import type { Services } from "../services.ts";
import { findingsOf, rowOf } from "./presentation/files.ts";
import { comparedVerdict, type Subject } from "./presentation/subject.ts";
import { viewerState } from "./presentation/viewer-state.ts";
import { type Snapshot, ViewerDocument } from "./viewer-document.ts";

interface SignatureServices extends Pick<Services, "registry"> {
  readonly origins: Pick<Origins, "get" | "request" | "onDidChange">;
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

/** A signature file that is open in the viewer. */
export class SignatureDocument extends ViewerDocument<Subject> {
  readonly title = l10n.t("Signature");
  readonly #services: SignatureServices;
  #summary: SignatureSummary;
  #reading: Promise<void> = Promise.resolve();

  private constructor(uri: Uri, services: SignatureServices, view: SignatureView, summary: SignatureSummary) {
    super(uri, view);
    this.#services = services;
    this.#summary = summary;
    documents.add(this);
    this.store.add({ dispose: () => documents.delete(this) });
    this.store.add(services.registry.onDidChange(() => this.#registryChanged()));
    this.store.add(
      services.origins.onDidChange((path) => {
        if (path === this.modelPath()) this.changed();
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

  modelPath(): string | undefined {
    return this.#model()?.path;
  }

  protected async subject(): Promise<Subject> {
    await this.#reading;
    const { scheme, fsPath } = this.uri;
    const path = scheme === "file" ? fsPath : `${scheme}:${this.uri.path}`;
    const model = this.#model();
    if (model !== undefined) this.#services.origins.request(model.path);
    const download = model && this.#services.origins.get(model.path);
    return { path, summary: this.#summary, ...(model && { model }), ...(download && { download }) };
  }

  /** A verdict that did not change has the same objects. */
  protected haveSameFiles(a: Subject, b: Subject): boolean {
    const [before, now] = [comparedVerdict(a), comparedVerdict(b)];
    return (
      a.summary === b.summary &&
      a.model?.path === b.model?.path &&
      before?.comparison === now?.comparison &&
      before?.coverage === now?.coverage
    );
  }

  protected findings(subject: Subject) {
    return findingsOf(subject);
  }

  protected row(entry: FileEntry) {
    return rowOf(entry, EDITOR);
  }

  protected present({ subject, ...files }: Snapshot<Subject>) {
    return viewerState(subject, files, EDITOR);
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
    if (this.#model() !== this.last?.subject.model) this.changed();
  }

  #watch(): void {
    const folder = Uri.file(dirname(this.uri.fsPath));
    const pattern = new RelativePattern(folder, globOf(basename(this.uri.fsPath)));
    const watcher = this.store.add(workspace.createFileSystemWatcher(pattern));
    const again = (): void => this.#readAgain();
    watcher.onDidChange(again, undefined, []);
    watcher.onDidCreate(again, undefined, []);
    watcher.onDidDelete(again, undefined, []);
  }

  #readAgain(): void {
    const before = this.#reading.catch(() => {});
    this.#reading = before.then(async () => {
      if (this.store.disposed) return;
      this.#summary = await this.view.read(await sourceOf(this.uri, this.#services.registry));
      this.changed();
    });
    // The next snapshot reports the error.
    this.#reading.catch(() => {});
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
