import { dirname, relative, resolve, sep } from "node:path";
import type { PolicyFile } from "../core/policy/read-policies.ts";
import type { PolicySource } from "../engine/policy-source.ts";
import { editorPath } from "../platform/editor-path.ts";
import { Listeners } from "../platform/listeners.ts";

export interface PolicyServices {
  /** Path of the user's policy file in the settings; empty where there is none. */
  userPolicy(): string;
  /** Absolute path of the user's policy file otherwise. */
  readonly defaultUserPolicy: string;
  /** Whether the disk of this window belongs to the user; otherwise the default path is ignored. */
  ownDisk(): boolean;
  workspaceTrusted(): boolean;
  log(text: string): void;
}

/** A model as policies see it. */
interface PolicySubject {
  readonly path: string;
  /** Absolute path of the workspace folder it is in. */
  readonly folder?: string;
}

export interface PolicyFiles {
  readonly user: readonly PolicyFile[];
  readonly workspace: readonly PolicyFile[];
}

type Files = Promise<readonly PolicyFile[]>;

/**
 * The policies of this window: the user's, and those of each workspace folder. They are read on first use, and again
 * after {@link changed} or {@link forget}.
 */
export class Policies {
  readonly #services: PolicyServices;
  /** By workspace folder; the user's by undefined. */
  readonly #files = new Map<string | undefined, Files>();
  readonly #changed = new Listeners<void>();
  readonly onDidChange = this.#changed.event;
  readonly #referring = new Listeners<void>();
  /** Policies refer to further files. */
  readonly onDidRefer = this.#referring.event;
  /** Absolute paths of the files that the policies read so far refer to. */
  readonly #referenced = new Set<string>();
  /** How often the files were forgotten. */
  #generation = 0;

  constructor(services: PolicyServices) {
    this.#services = services;
  }

  /** The policies that cover the model; undefined where none does, and the settings apply. */
  async sourceFor(model: PolicySubject): Promise<PolicySource | undefined> {
    const generation = this.#generation;
    const { user, workspace } = await this.filesFor(model.folder);
    const { policySetOf } = await import("../core/policy/policy-files.ts");
    const policies = policySetOf(user, workspace);
    const { folder, path } = locateModel(model);
    const { covers } = await import("../core/policy/evaluate.ts");
    const covered = [...policies.user, ...policies.workspace].some((policy) => covers(policy, path));
    // A file with errors may cover this model: what it demands is unknown.
    if (!covered && policies.invalid.length === 0) return undefined;
    return {
      user: user.map((file) => file.path),
      workspace: workspace.map((file) => file.path),
      generation,
      workspaceTrusted: this.#services.workspaceTrusted(),
      folder,
      path,
    };
  }

  /**
   * What policies contribute to a search for models below a workspace folder, relative to it: `named` are paths without
   * a wildcard, which are models in any case; `searched` are patterns on whose way no folder is skipped. Patterns
   * without a literal beginning, such as `**`, are not among those.
   */
  async searchHints(
    folder: string,
  ): Promise<{ readonly named: readonly string[]; readonly searched: readonly string[] }> {
    const { user, workspace } = await this.filesFor(folder);
    const { baseOf } = await import("../core/policy/glob.ts");
    const policies = [...user, ...workspace].flatMap((file) => file.policies);
    const patterns = policies.flatMap(({ models }) => models.map(({ pattern }) => pattern));
    return {
      named: patterns.filter((pattern) => !pattern.includes("*")),
      searched: patterns.filter((pattern) => baseOf(pattern) !== "."),
    };
  }

  /** The policy files for models of a workspace folder, with their errors. */
  async filesFor(folder: string | undefined): Promise<PolicyFiles> {
    const user = this.#cached(undefined, () => this.#readUser());
    if (folder === undefined) return { user: await user, workspace: [] };
    const workspace = this.#cached(folder, () => this.#readFolder(folder));
    return { user: await user, workspace: await workspace };
  }

  /** The absolute path of the user's policy file, whether it exists or not; a relative one is below the folder of the default. */
  userFile(): string {
    const { userPolicy, defaultUserPolicy } = this.#services;
    const named = userPolicy();
    return named === "" ? defaultUserPolicy : resolve(dirname(defaultUserPolicy), named);
  }

  /** Whether a path of the editor is that of the user's policy file. */
  isUserFile(path: string): boolean {
    return editorPath(path) === editorPath(this.userFile());
  }

  /** Policies have changed: reads them again on their next use, and notifies the listeners. */
  changed(): void {
    this.forget();
    this.#changed.fire();
  }

  /** Reads the policies again on their next use. */
  forget(): void {
    this.#generation += 1;
    this.#files.clear();
  }

  /** Whether a policy refers, or referred, to the file: a key, a certificate, a trust configuration. It need not exist. */
  isReferenced(path: string): boolean {
    return this.#referenced.has(editorPath(path));
  }

  /** The folders of those files. */
  referencedFolders(): ReadonlySet<string> {
    return new Set([...this.#referenced].map((path) => dirname(path)));
  }

  #cached(key: string | undefined, read: () => Files): Files {
    const files = this.#files.get(key) ?? read();
    this.#files.set(key, files);
    return files;
  }

  async #readFolder(folder: string): Files {
    const { findPolicyFiles } = await import("../core/policy/policy-files.ts");
    return this.#readAll(await findPolicyFiles(folder));
  }

  /** A missing file of the settings is an error; without a default file, there is no policy. */
  async #readUser(): Files {
    const { userPolicy, ownDisk } = this.#services;
    const file = this.userFile();
    const { isAbsent } = await import("../core/policy/policy-files.ts");
    return userPolicy() === "" && (!ownDisk() || (await isAbsent(file))) ? [] : this.#readAll([file]);
  }

  async #readAll(paths: readonly string[]): Files {
    if (paths.length === 0) return [];
    const { readPolicyFile } = await import("../core/policy/read-policies.ts");
    const files = await Promise.all(paths.map((path) => readPolicyFile(path)));
    const before = this.#referenced.size;
    for (const { path, named, diagnostics } of files) {
      for (const file of named) this.#referenced.add(editorPath(file));
      for (const { line, column, severity, message } of diagnostics) {
        this.#services.log(`${path}:${line}:${column}: ${severity}: ${message}`);
      }
    }
    if (this.#referenced.size > before) this.#referring.fire();
    return files;
  }
}

/** The folder that patterns are relative to, and the model's path in it. A model outside the workspace is matched by its name. */
export function locateModel({ path, folder = dirname(path) }: PolicySubject): {
  readonly folder: string;
  readonly path: string;
} {
  const below = relative(folder, path).split(sep).join("/");
  return { folder, path: below === "" ? "." : below };
}
