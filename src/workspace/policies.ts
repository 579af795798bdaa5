import { dirname, isAbsolute, relative, sep } from "node:path";
import type { PolicySet } from "../core/policy/evaluate.ts";
import type { PolicyFile } from "../core/policy/read-policies.ts";
import type { PolicySource } from "../engine/policy-source.ts";

export interface PolicyServices {
  /** The file that the person's setting names; empty: none. */
  userPolicy(): string;
  /** Where the person's own policy is, if the setting names none. */
  readonly defaultUserPolicy: string;
  /** Whether the disk of this window is the person's own: a policy in the default place counts only then. */
  ownDisk(): boolean;
  workspaceTrusted(): boolean;
  /** The workspace folder that a path is in, for a model that no search of a folder has found yet. */
  folderOf(path: string): string | undefined;
  log(text: string): void;
}

/** What a model's policies are looked up by. */
export interface PolicySubject {
  readonly path: string;
  /** Absolute path of the workspace folder it is in. */
  readonly folder?: string;
}

/** By whose they are. */
export interface PolicyFiles {
  readonly user: readonly PolicyFile[];
  readonly workspace: readonly PolicyFile[];
}

type Files = Promise<readonly PolicyFile[]>;

/**
 * The policies of this window: the person's own, and those of each workspace folder. Read when they are first asked for,
 * and again when somebody says that they changed.
 */
export class Policies {
  readonly #services: PolicyServices;
  readonly #folders = new Map<string, Files>();
  readonly #listeners = new Set<() => void>();
  readonly #naming = new Set<() => void>();
  /** Absolute paths of what the policies read so far name. */
  readonly #named = new Set<string>();
  #user: Files | undefined;
  /** How often what was read became outdated. */
  #generation = 0;

  constructor(services: PolicyServices) {
    this.#services = services;
  }

  /** The policies that decide about the model; undefined where none covers it, and other trust decides. */
  async sourceFor(subject: PolicySubject): Promise<PolicySource | undefined> {
    const around = subject.folder ?? this.#services.folderOf(subject.path);
    const model: PolicySubject = around === undefined ? subject : { path: subject.path, folder: around };
    const generation = this.#generation;
    const { user, workspace } = await this.filesFor(model.folder);
    const { policySetOf } = await import("../core/policy/policy-files.ts");
    const policies = policySetOf(user, workspace);
    const { folder, path } = locateModel(model);
    const { covers } = await import("../core/policy/evaluate.ts");
    const covered = [...policies.user, ...policies.workspace].some((policy) => covers(policy, path));
    // A file with errors may have been meant for this model: what it demands is not known.
    if (!covered && policies.invalid.length === 0) return undefined;
    const unread = policySetOf(user.filter(isUnread), []);
    const readable = user.filter((file) => !isUnread(file));
    return {
      user: readable.map((file) => file.path),
      workspace: workspace.map((file) => file.path),
      invalid: unread.invalid,
      generation,
      workspaceTrusted: this.#services.workspaceTrusted(),
      folder,
      path,
    };
  }

  /** What policies name without a wildcard: models, whatever they look like. Relative to the workspace folder. */
  async namedModels(folder: string): Promise<ReadonlySet<string>> {
    const { user, workspace } = await this.#policiesFor({ path: folder, folder });
    const patterns = [...user, ...workspace].flatMap(({ models }) => models.map(({ pattern }) => pattern));
    return new Set(patterns.filter((pattern) => !pattern.includes("*")));
  }

  /**
   * The patterns of policies: in a folder that one lies in, or around it, no search passes anything over. Patterns without a
   * literal beginning, such as `**`, say nothing about a single folder, and are left out.
   */
  async searchedPatterns(folder: string): Promise<readonly string[]> {
    const { user, workspace } = await this.#policiesFor({ path: folder, folder });
    const { baseOf } = await import("../core/policy/glob.ts");
    const patterns = [...user, ...workspace].flatMap(({ models }) => models.map(({ pattern }) => pattern));
    return patterns.filter((pattern) => baseOf(pattern) !== ".");
  }

  /** The files that have a say on models of a workspace folder, as they were read: with what is wrong with them. */
  async filesFor(folder: string | undefined): Promise<PolicyFiles> {
    this.#user ??= this.#readUser();
    const [user, workspace] = await Promise.all([this.#user, folder === undefined ? [] : this.#folder(folder)]);
    return { user, workspace };
  }

  /** The absolute path of the file that the person's own policies are in, whether it exists or not. */
  userFile(): string {
    const named = this.#services.userPolicy();
    return named === "" ? this.#services.defaultUserPolicy : named;
  }

  /** What was read is no longer true, and whoever listens is told. */
  changed(): void {
    this.forget();
    for (const listener of [...this.#listeners]) listener();
  }

  /** Whatever is asked next is answered by the files as they are then. */
  forget(): void {
    this.#generation += 1;
    this.#user = undefined;
    this.#folders.clear();
  }

  /**
   * Whether a policy names the file: a key, a certificate, a trust configuration. Also one that is there no longer, and
   * one that was named by what a file said before.
   */
  isNamed(path: string): boolean {
    return this.#named.has(path);
  }

  /** That policies name files that none named before. */
  onDidNameFiles(listener: () => void): { dispose(): void } {
    this.#naming.add(listener);
    return { dispose: () => this.#naming.delete(listener) };
  }

  /** The folders of those files. */
  namedFolders(): ReadonlySet<string> {
    return new Set([...this.#named].map((path) => dirname(path)));
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  #remember(named: readonly string[]): void {
    const before = this.#named.size;
    for (const file of named) this.#named.add(file);
    if (this.#named.size > before) for (const listener of [...this.#naming]) listener();
  }

  async #policiesFor({ folder }: PolicySubject): Promise<PolicySet> {
    const { user, workspace } = await this.filesFor(folder);
    const { policySetOf } = await import("../core/policy/policy-files.ts");
    return policySetOf(user, workspace);
  }

  #folder(folder: string): Files {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const files = this.#readFolder(folder);
    this.#folders.set(folder, files);
    return files;
  }

  async #readFolder(folder: string): Files {
    const { findPolicyFiles } = await import("../core/policy/policy-files.ts");
    return this.#readAll(await findPolicyFiles(folder));
  }

  /** A file that the setting names and that is not there refuses; without the default one, there is nothing to say. */
  async #readUser(): Files {
    const named = this.#services.userPolicy();
    const file = this.userFile();
    const { isAbsent } = await import("../core/policy/policy-files.ts");
    if (named === "" && (!this.#services.ownDisk() || (await isAbsent(file)))) return [];
    if (isAbsolute(file)) return this.#readAll([file]);
    const { diagnostic, FILE_START } = await import("../core/policy/diagnostics.ts");
    const found = diagnostic("unreadable", `${file} is not an absolute path.`, FILE_START);
    this.#services.log(`Policy of the settings: ${found.message}`);
    return [{ path: file, folder: dirname(file), sha256: "", policies: [], named: [], diagnostics: [found] }];
  }

  async #readAll(paths: readonly string[]): Files {
    if (paths.length === 0) return [];
    const { readPolicyFile } = await import("../core/policy/read-policies.ts");
    const files = await Promise.all(paths.map((path) => readPolicyFile(path)));
    for (const { path, named, diagnostics } of files) {
      this.#remember(named);
      for (const { line, column, severity, message } of diagnostics) {
        this.#services.log(`${path}:${line}:${column}: ${severity}: ${message}`);
      }
    }
    return files;
  }
}

/** Not even looked for: its path in the settings is not absolute. */
function isUnread({ path }: PolicyFile): boolean {
  return !isAbsolute(path);
}

/** What patterns are compared with, and the folder that they begin at. A model outside the workspace is known by its own name. */
export function locateModel({ path, folder = dirname(path) }: PolicySubject): {
  readonly folder: string;
  readonly path: string;
} {
  const below = relative(folder, path).split(sep).join("/");
  return { folder, path: below === "" ? "." : below };
}
