import { basename, dirname } from "node:path";
import { Disposable, RelativePattern, Uri, type WorkspaceFolder, workspace } from "vscode";
import type { Policies } from "./policies.ts";

/** Milliseconds without a change before policies are read again. */
const QUIET = 200;

const POLICY_FILE = /model-policy\.(?:ya?ml|json)$/;

/** Tells when a file changed that a policy is in, or that it names: a key, a certificate, a trust configuration. */
export class PolicyWatcher implements Disposable {
  readonly #policies: Policies;
  readonly #folders = new Map<string, Disposable>();
  /** Of files that the person's own policy names: they lie outside of the workspace. */
  readonly #outside = new Map<string, Disposable>();
  readonly #subscriptions: readonly { dispose(): void }[];
  #own: { readonly file: string; readonly watcher: Disposable } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(policies: Policies) {
    this.#policies = policies;
    this.#subscriptions = [
      workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) this.#leave(uri.fsPath);
        for (const folder of added) this.#enter(folder);
      }),
      policies.onDidNameFiles(() => this.#watchNamed()),
      // What the editor itself writes, it tells without fail; its watcher may miss one of two changes in a row.
      workspace.onDidSaveTextDocument(({ uri }) => this.#look(uri)),
      workspace.onDidCreateFiles(({ files }) => {
        for (const uri of files) this.#look(uri);
      }),
    ];
  }

  start(): void {
    for (const folder of workspace.workspaceFolders ?? []) this.#enter(folder);
    this.#watchOwn();
  }

  /** The setting names another file, or the workspace's policies count now. */
  changed(): void {
    this.#watchOwn();
    this.#policies.changed();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of [...this.#subscriptions, ...this.#outside.values()]) disposable.dispose();
    this.#own?.watcher.dispose();
    for (const folder of [...this.#folders.keys()]) this.#leave(folder);
  }

  #enter({ uri }: WorkspaceFolder): void {
    if (uri.scheme === "file") this.#folders.set(uri.fsPath, this.#watch(new RelativePattern(uri, "**")));
  }

  #leave(folder: string): void {
    this.#folders.get(folder)?.dispose();
    this.#folders.delete(folder);
  }

  #watchOwn(): void {
    const file = this.#policies.userFile();
    if (this.#own?.file === file) return;
    this.#own?.watcher.dispose();
    this.#own = { file, watcher: this.#watch(new RelativePattern(Uri.file(dirname(file)), basename(file))) };
  }

  #watchNamed(): void {
    for (const folder of this.#policies.namedFolders()) {
      const uri = Uri.file(folder);
      if (this.#outside.has(folder) || workspace.getWorkspaceFolder(uri) !== undefined) continue;
      this.#outside.set(folder, this.#watch(new RelativePattern(uri, "*")));
    }
  }

  #watch(pattern: RelativePattern): Disposable {
    const watcher = workspace.createFileSystemWatcher(pattern);
    const touched = (uri: Uri): void => this.#look(uri);
    return Disposable.from(
      watcher,
      watcher.onDidChange(touched),
      watcher.onDidCreate(touched),
      watcher.onDidDelete(touched),
    );
  }

  #look({ scheme, fsPath }: Uri): void {
    if (scheme !== "file") return;
    const counts = fsPath === this.#own?.file || POLICY_FILE.test(fsPath) || this.#policies.isNamed(fsPath);
    if (counts) this.#touched();
  }

  /** Nothing is answered by what was read before; whoever stands on it is told when it is quiet. */
  #touched(): void {
    this.#policies.forget();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#policies.changed(), QUIET);
  }
}
