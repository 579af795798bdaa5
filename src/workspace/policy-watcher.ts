import { dirname } from "node:path";
import { Disposable, RelativePattern, Uri, workspace } from "vscode";
import type { Policies } from "./policies.ts";

/** Milliseconds without a change before policies are read again. */
const QUIET = 200;

const POLICY_FILE = /model-policy\.(?:ya?ml|json)$/;

/** Notices changes of policy files, and of the keys, certificates and trust configurations that they refer to. */
export class PolicyWatcher implements Disposable {
  readonly #policies: Policies;
  /** Watchers of folders outside of the workspace, whose own watcher calls {@link fileChanged}. */
  readonly #outside = new Map<string, Disposable>();
  readonly #subscriptions: readonly { dispose(): void }[];
  #timer: NodeJS.Timeout | undefined;

  constructor(policies: Policies) {
    this.#policies = policies;
    this.#subscriptions = [
      policies.onDidRefer(() => this.#watchOutside()),
      // The editor reports its own changes reliably; its watcher may miss one of two in a row.
      workspace.onDidSaveTextDocument(({ uri }) => this.fileChanged(uri)),
      workspace.onDidCreateFiles(({ files }) => {
        for (const uri of files) this.fileChanged(uri);
      }),
    ];
  }

  start(): void {
    this.#watchOutside();
  }

  /** The settings name another file, or the workspace has become trusted. */
  settingsChanged(): void {
    this.#watchOutside();
    this.#policies.changed();
  }

  /** A file was created, changed or deleted. */
  fileChanged({ scheme, fsPath }: Uri): void {
    if (scheme !== "file") return;
    const policies = this.#policies;
    if (!policies.isUserFile(fsPath) && !POLICY_FILE.test(fsPath) && !policies.isReferenced(fsPath)) return;
    policies.forget();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => policies.changed(), QUIET);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of [...this.#subscriptions, ...this.#outside.values()]) disposable.dispose();
  }

  #watchOutside(): void {
    for (const folder of [dirname(this.#policies.userFile()), ...this.#policies.referencedFolders()]) {
      const uri = Uri.file(folder);
      if (this.#outside.has(folder) || workspace.getWorkspaceFolder(uri) !== undefined) continue;
      const watcher = workspace.createFileSystemWatcher(new RelativePattern(uri, "*"));
      const listener = (file: Uri): void => this.fileChanged(file);
      const { onDidChange, onDidCreate, onDidDelete } = watcher;
      this.#outside.set(
        folder,
        Disposable.from(watcher, onDidChange(listener), onDidCreate(listener), onDidDelete(listener)),
      );
    }
  }
}
