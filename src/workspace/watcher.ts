import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, relative, sep } from "node:path";
import { Disposable, RelativePattern, type Uri, type WorkspaceFolder, workspace } from "vscode";
import { isModelFile, isSkillFile } from "../core/model/model-files.ts";
import { isSignatureName, KAGGLE_SIGNATURE } from "../core/model/signature-names.ts";
import { isSkippedName } from "../core/model/skipped-folders.ts";
import { QuietTimers } from "../platform/quiet-timers.ts";
import type { Discovery } from "./discovery.ts";
import type { ModelRegistry } from "./registry.ts";
import type { Revalidator } from "./revalidator.ts";

/** Milliseconds without a change before a folder is searched again. */
const QUIET = 1_000;

/** Whether a file of this name can make its folder a model, or be a signature. */
function isModelEvidence(name: string): boolean {
  return isSignature(name) || isModelFile(name) || isSkillFile(name) || name === "config.json";
}

function isSignature(name: string): boolean {
  return isSignatureName(name) || name === KAGGLE_SIGNATURE.file;
}

export interface WatcherServices {
  readonly registry: ModelRegistry;
  readonly discovery: Discovery;
  readonly revalidator: Revalidator;
  /** The first search of every folder has ended. */
  searched(): void;
  /** A file was created, changed or deleted. */
  fileChanged(uri: Uri): void;
}

/** Watches the folders of the workspace and the files in them, with one watcher for each folder. */
export class WorkspaceWatcher implements Disposable {
  readonly #services: WatcherServices;
  readonly #folders = new Map<string, Disposable>();
  readonly #timers = new QuietTimers();
  readonly #subscription: Disposable;

  constructor(services: WatcherServices) {
    this.#services = services;
    this.#subscription = workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      // Links of the others may lead into these folders.
      for (const folder of this.#folders.keys()) this.#searchLater(folder);
      for (const folder of removed) this.#leave(folder.uri.fsPath);
      for (const folder of added) this.#enter(folder);
    });
  }

  /** Watches and searches every folder of the workspace. */
  async start(): Promise<void> {
    await Promise.all((workspace.workspaceFolders ?? []).map((folder) => this.#enter(folder)));
    this.#services.searched();
  }

  /** Searches every folder again. */
  async search(): Promise<void> {
    await Promise.all([...this.#folders.keys()].map((folder) => this.#services.discovery.search(folder)));
  }

  /** Cancels the running searches; the known models stay. */
  cancelSearch(): void {
    this.#services.discovery.cancel();
  }

  /** A file of a model was created, changed or deleted, which the editor may not report: a new signature is searched for. */
  modelChanged(path: string): void {
    const { registry } = this.#services;
    if (!isSignature(basename(path)) || registry.signedBy(path) !== undefined) return;
    const folder = registry.containing(path)[0]?.folder;
    if (folder !== undefined && this.#folders.has(folder)) this.#searchLater(folder);
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const folder of [...this.#folders.keys()]) this.#stop(folder);
  }

  async #enter({ uri }: WorkspaceFolder): Promise<void> {
    if (uri.scheme !== "file") return;
    const folder = uri.fsPath;
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(uri, "**"));
    this.#folders.set(
      folder,
      Disposable.from(
        watcher,
        watcher.onDidChange((file) => this.#changed(file)),
        watcher.onDidCreate((file) => void this.#created(folder, file)),
        watcher.onDidDelete((file) => this.#deleted(folder, file)),
      ),
    );
    await this.#services.discovery.search(folder);
  }

  #leave(folder: string): void {
    this.#stop(folder);
    this.#services.discovery.forget(folder);
  }

  #stop(folder: string): void {
    this.#timers.cancel(folder);
    this.#folders.get(folder)?.dispose();
    this.#folders.delete(folder);
  }

  #changed(file: Uri): void {
    this.#services.fileChanged(file);
    void this.#services.revalidator.fileChanged(file.fsPath, true);
  }

  /** The editor may not report the content of a new folder, so the folder is searched. */
  async #created(folder: string, file: Uri): Promise<void> {
    this.#createdOrDeleted(folder, file);
    // A search skips these folders, but for what policies name below them.
    if (relative(folder, file.fsPath).split(sep).some(isSkippedName)) return;
    const isFolder = await stat(file.fsPath).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder && this.#folders.has(folder)) this.#searchLater(folder);
  }

  #createdOrDeleted(folder: string, file: Uri): void {
    const { registry } = this.#services;
    const path = file.fsPath;
    this.#changed(file);
    const isKnown = registry.get(path) !== undefined || registry.below(path).length > 0;
    const isEvidence = isModelEvidence(basename(path)) || this.#services.discovery.isNamed(folder, path);
    if (isKnown || isEvidence) this.#searchLater(folder);
  }

  /** A deleted model is removed at once, also one that was not found by a search. */
  #deleted(folder: string, file: Uri): void {
    const { registry } = this.#services;
    const gone = [registry.get(file.fsPath), ...registry.below(file.fsPath)];
    this.#createdOrDeleted(folder, file);
    for (const model of gone) if (model !== undefined && !existsSync(model.path)) registry.remove(model.path);
  }

  #searchLater(folder: string): void {
    this.#timers.start(folder, QUIET, () => void this.#services.discovery.search(folder));
  }
}
