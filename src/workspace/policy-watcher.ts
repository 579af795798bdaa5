import { basename, dirname } from "node:path";
import { Disposable, RelativePattern, Uri, type WorkspaceFolder, workspace } from "vscode";
import type { Policies } from "./policies.ts";

/** Milliseconds without a change before policies are read again. */
const QUIET = 200;

/** Policy files, and the keys, certificates and trust configurations that they may name. */
const RESTS_ON = /model-policy\.(?:ya?ml|json)$|\.(?:pub|pem|crt|cer)$|[\\/]\.sigstore[\\/]/;

/** Tells when a file changed that a policy is in, or rests on. */
export class PolicyWatcher implements Disposable {
  readonly #policies: Policies;
  readonly #folders = new Map<string, Disposable>();
  readonly #subscription: Disposable;
  #own: { readonly file: string; readonly watcher: Disposable } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(policies: Policies) {
    this.#policies = policies;
    this.#subscription = workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      for (const { uri } of removed) this.#leave(uri.fsPath);
      for (const folder of added) this.#enter(folder);
    });
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
    this.#subscription.dispose();
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

  #watch(pattern: RelativePattern): Disposable {
    const watcher = workspace.createFileSystemWatcher(pattern);
    const touched = ({ fsPath }: Uri): void => {
      if (fsPath === this.#own?.file || RESTS_ON.test(fsPath)) this.#touched();
    };
    return Disposable.from(
      watcher,
      watcher.onDidChange(touched),
      watcher.onDidCreate(touched),
      watcher.onDidDelete(touched),
    );
  }

  /** Nothing is answered by what was read before; whoever stands on it is told when it is quiet. */
  #touched(): void {
    this.#policies.forget();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#policies.changed(), QUIET);
  }
}
