import { basename, dirname } from "node:path";
import { type CustomDocument, commands, EventEmitter, l10n, RelativePattern, Uri, workspace } from "vscode";
import { MAX_BUNDLE_BYTES } from "../../core/bundle/bounded-json.ts";
import type {
  FileQuery,
  PageRange,
  SignatureSource,
  SignatureSummary,
  StateCounts,
  TextPage,
} from "../../engine/signature-view/requests.ts";
import type { SignatureView } from "../../engine/signature-view/signature-view.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import { DOWNLOAD_SCHEME, EDITORS } from "../../platform/ids.ts";
import type { Origins } from "../../workspace/origins.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { EDITOR } from "../localizer.ts";
import { errorSentence, modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { findingsOf, haveSameFiles, rowOf } from "./presentation/files.ts";
import type { DownloadSubject, Subject } from "./presentation/subject.ts";
import { viewerState } from "./presentation/viewer-state.ts";

interface ViewerServices extends Pick<Services, "registry"> {
  readonly engine: Pick<Services["engine"], "openSignature">;
  readonly origins: Pick<Origins, "get" | "failure" | "request" | "onDidChange">;
}

/** What a document shows, and how many files are in which state. */
export interface Snapshot {
  readonly subject: Subject | DownloadSubject;
  readonly counts: StateCounts;
  /** Changes when the rows change. */
  readonly generation: number;
}

/** The bundle that was chosen of a file with one a line, by the file's URI. */
const chosenLines = new Map<string, number>();
const documents = new Set<ViewerDocument>();

/**
 * Shows the bundle of that line, in an open viewer and in one that is opened later.
 *
 * @param line absent: that of the bundle that decides
 */
export function showLine(uri: Uri, line: number | undefined): void {
  if (line === undefined) chosenLines.delete(uri.toString());
  else chosenLines.set(uri.toString(), line);
  for (const document of documents) document.changed();
}

/** Signatures whose differences are shown as soon as their page runs. */
export const openedAtDifferences = new Set<string>();

/** Opens the viewer at the files that differ from the signature. */
export async function showDifferences(signature: Uri): Promise<void> {
  openedAtDifferences.add(signature.toString());
  await commands.executeCommand("vscode.openWith", signature, EDITORS.signature);
  for (const document of documents) document.changed();
}

/** The address of the page of a model's download record. The tab shows the last part of its path. */
export function downloadUri(model: KnownModel): Uri {
  const path = `/${l10n.t("{0} (download record)", modelName(model))}`;
  return Uri.from({ scheme: DOWNLOAD_SCHEME, path, query: model.path });
}

/** A signature file, or a model's download record, in the viewer. The engine has the list of files and the text. */
export class ViewerDocument implements CustomDocument {
  readonly uri: Uri;
  /** For screen readers. */
  readonly title: string;
  readonly #services: ViewerServices;
  readonly #view: SignatureView;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  #summary: SignatureSummary;
  /** The line that was wanted when it was read. */
  #line: number | undefined;
  /** Whether the file was written since it was read. */
  #outdated = false;
  #last: Snapshot | undefined;
  #comparing: Promise<unknown> = Promise.resolve();
  readonly onDidChange = this.#changed.event;

  private constructor(
    uri: Uri,
    services: ViewerServices,
    view: SignatureView,
    summary: SignatureSummary,
    line: number | undefined,
  ) {
    this.uri = uri;
    this.title = uri.scheme === DOWNLOAD_SCHEME ? l10n.t("Download record") : l10n.t("Signature");
    this.#services = services;
    this.#view = this.#store.add(view);
    this.#summary = summary;
    this.#line = line;
    documents.add(this);
    this.#store.add({ dispose: () => documents.delete(this) });
    this.#store.add(
      services.registry.onDidChange(() => {
        if (this.#model() !== this.#last?.subject.model) this.changed();
      }),
    );
    this.#store.add(
      services.origins.onDidChange((path) => {
        if (path === this.modelPath()) this.changed();
      }),
    );
    this.#store.add(workspace.onDidGrantWorkspaceTrust(() => this.changed()));
    if (uri.scheme === "file") this.#watch();
  }

  static async open(uri: Uri, services: ViewerServices): Promise<ViewerDocument> {
    const line = lineOf(uri, services.registry);
    const { view, summary } = await services.engine.openSignature(await sourceOf(uri, line, services.registry));
    return new ViewerDocument(uri, services, view, summary, line);
  }

  /** Absolute path of the model that buttons apply to, if this window knows one. */
  modelPath(): string | undefined {
    return this.#model()?.path;
  }

  /** Returns everything except rows and text. */
  async state() {
    const { subject, ...files } = await this.snapshot();
    return viewerState(subject, files, EDITOR);
  }

  /** Returns a page of the list of files. */
  async rows(query: FileQuery) {
    const { generation, subject } = await this.snapshot();
    const { total, entries } = await this.#view.page(query);
    return { generation, total, rows: entries.map((entry) => rowOf(entry, subject, EDITOR)) };
  }

  /** Returns a page of the text. */
  lines(range: PageRange): Promise<TextPage> {
    return this.#view.lines(range);
  }

  /** Returns the current snapshot. Sends the files to the engine again only if what is known of them changed. */
  snapshot(): Promise<Snapshot> {
    const next = this.#comparing.catch(() => {}).then(() => this.#compare());
    this.#comparing = next;
    return next;
  }

  changed(): void {
    this.#changed.fire();
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #compare(): Promise<Snapshot> {
    await this.#readAgain();
    const subject = this.#subject();
    const last = this.#last;
    const isSame = last !== undefined && haveSameFiles(last.subject, subject);
    const counts = isSame ? last.counts : await this.#view.compare(findingsOf(subject));
    this.#last = { subject, counts, generation: (last?.generation ?? 0) + (isSame ? 0 : 1) };
    return this.#last;
  }

  /** Reads the file again if it was written, or if another of its bundles is to be shown. */
  async #readAgain(): Promise<void> {
    const { registry } = this.#services;
    const line = lineOf(this.uri, registry);
    if (!this.#outdated && line === this.#line) return;
    this.#outdated = false;
    this.#line = line;
    try {
      this.#summary = await this.#view.read(await sourceOf(this.uri, line, registry));
    } catch (error) {
      this.#outdated = true;
      throw error;
    }
  }

  #subject(): Subject | DownloadSubject {
    const { uri } = this;
    const { origins } = this.#services;
    const model = this.#model();
    if (model !== undefined) origins.request(model.path);
    const download = model && origins.get(model.path);
    const known = { ...(model && { model }), ...(download && { download }) };
    if (uri.scheme !== DOWNLOAD_SCHEME) {
      const path = uri.scheme === "file" ? uri.fsPath : `${uri.scheme}:${uri.path}`;
      return { path, summary: this.#summary, ...known };
    }
    const failure = model && origins.failure(model.path);
    const problem = failure === undefined ? {} : { problem: errorSentence(failure) };
    return { path: uri.query, ...known, ...problem, isTrusted: workspace.isTrusted };
  }

  /** A file that is not on disk, such as that of an earlier commit, belongs to no model. */
  #model(): KnownModel | undefined {
    const { registry } = this.#services;
    if (this.uri.scheme === DOWNLOAD_SCHEME) return registry.get(this.uri.query);
    return this.uri.scheme === "file" ? registry.signedBy(this.uri.fsPath) : undefined;
  }

  #watch(): void {
    const folder = Uri.file(dirname(this.uri.fsPath));
    const pattern = new RelativePattern(folder, globOf(basename(this.uri.fsPath)));
    const watcher = this.#store.add(workspace.createFileSystemWatcher(pattern));
    const written = (): void => {
      this.#outdated = true;
      this.changed();
    };
    watcher.onDidChange(written);
    watcher.onDidCreate(written);
    watcher.onDidDelete(written);
  }
}

/** The line that was chosen of a file on disk, else that of the bundle that decides. */
function lineOf(uri: Uri, registry: ModelRegistry): number | undefined {
  if (uri.scheme !== "file") return undefined;
  const path = uri.fsPath;
  const { signatures = [] } = registry.signedBy(path)?.verdict ?? {};
  const decisive = signatures.find(({ signature, decisive }) => decisive && signature === path);
  return chosenLines.get(uri.toString()) ?? decisive?.line;
}

async function sourceOf(uri: Uri, line: number | undefined, registry: ModelRegistry): Promise<SignatureSource> {
  const path = uri.fsPath;
  if (uri.scheme === DOWNLOAD_SCHEME) return { none: true };
  if (uri.scheme === "file") return { path, line, model: registry.signedBy(path)?.path };
  const { size } = await workspace.fs.stat(uri);
  const label = basename(uri.path);
  if (size > MAX_BUNDLE_BYTES) return { label, bytes: new Uint8Array() };
  return { label, bytes: Uint8Array.from(await workspace.fs.readFile(uri)) };
}

/** Returns a pattern that matches only this name. */
function globOf(name: string): string {
  return name.replaceAll(/[*?{}[\]]/g, (character) => `[${character}]`);
}
