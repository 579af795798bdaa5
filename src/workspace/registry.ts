import { dirname, sep } from "node:path";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import {
  type FoundModel,
  type SignatureWithoutModel,
  type SkipReason,
  signaturesOf,
} from "../core/model/find-models.ts";
import { signaturePaths, type Verdict } from "../core/verdict.ts";

/** One model of this window and all that is known of it. */
export interface KnownModel {
  /** Absolute; what the model is known by. */
  readonly path: string;
  readonly kind: FoundModel["kind"];
  /** Absolute path of the workspace folder it is in; absent for a model elsewhere that somebody asked about. */
  readonly folder?: string;
  readonly verdict: Verdict;
  /** The last verdict that was reached, while this one is `checking` or `stale`, or `unchecked` in a new window. */
  readonly before?: Verdict;
  /** Only while files are being read. */
  readonly progress?: DigestProgress;
}

/** Folders that a search passed over of itself: the first of them, and how many there are. */
export interface SkippedFolders {
  readonly count: number;
  readonly first: readonly { readonly path: string; readonly reason: SkipReason }[];
}

/** Signatures that belong to no model here: the first of them, and how many there are. */
export interface Strays {
  readonly count: number;
  readonly first: readonly SignatureWithoutModel[];
}

export interface RegistryChange {
  /** Models whose knowledge changed, those that came or went included. */
  readonly paths: readonly string[];
  /** Whether models came or went, or how far a folder was searched is another. */
  readonly list: boolean;
}

export type RegistryListener = (change: RegistryChange) => void;

/** Which models are here and what is known of each: the only state that surfaces read, and one event when it changes. */
export class ModelRegistry {
  readonly #models = new Map<string, KnownModel>();
  readonly #signatures = new Map<string, string>();
  readonly #bounds = new Map<string, number>();
  readonly #skippedFolders = new Map<string, SkippedFolders>();
  readonly #strays = new Map<string, Strays>();
  /** What the last search of each workspace folder found: one folder may lie in another. */
  readonly #searches = new Map<string, ReadonlySet<string>>();
  readonly #listeners = new Set<RegistryListener>();
  #order: readonly string[] | undefined;

  /** In the order of their paths. */
  get models(): readonly KnownModel[] {
    this.#order ??= [...this.#models.keys()].sort();
    return this.#order.flatMap((path) => this.#models.get(path) ?? []);
  }

  /** Workspace folders that were not searched to the end, and how many files and folders were. */
  get bounds(): ReadonlyMap<string, number> {
    return this.#bounds;
  }

  /** Workspace folders in which the search passed folders over. */
  get skippedFolders(): ReadonlyMap<string, SkippedFolders> {
    return this.#skippedFolders;
  }

  /** Workspace folders in which there are signatures of models that are not. */
  get strays(): ReadonlyMap<string, Strays> {
    return this.#strays;
  }

  get(path: string): KnownModel | undefined {
    return this.#models.get(path);
  }

  /** The model that the file is the signature of. */
  signedBy(file: string): KnownModel | undefined {
    return this.#models.get(this.#signatures.get(file) ?? "");
  }

  /** The models that a file or folder is, is in, or is the signature of; innermost first. */
  holding(file: string): readonly KnownModel[] {
    const found = new Set<KnownModel>();
    const signed = this.signedBy(file);
    if (signed !== undefined) found.add(signed);
    for (let path = file; ; path = dirname(path)) {
      const model = this.#models.get(path);
      if (model !== undefined) found.add(model);
      if (dirname(path) === path) return [...found];
    }
  }

  /** The models below a folder. */
  below(folder: string): readonly KnownModel[] {
    const prefix = folder.endsWith(sep) ? folder : folder + sep;
    return this.models.filter((model) => model.path.startsWith(prefix));
  }

  /**
   * What a search of one workspace folder found. Models with the same signature files keep what is known of them. Where
   * one folder lies in another, a model is listed once, in the inner one.
   *
   * @param bound how many files and folders were looked at, where that is not all
   * @param skippedFolders what the search did not look into
   */
  replaceFolder(
    folder: string,
    found: readonly FoundModel[],
    bound?: number,
    skippedFolders: SkippedFolders = { count: 0, first: [] },
    strays: Strays = { count: 0, first: [] },
  ): void {
    const paths = new Set<string>();
    let list =
      this.#bounds.get(folder) !== bound ||
      (this.#skippedFolders.get(folder)?.count ?? 0) !== skippedFolders.count ||
      straysText(this.#strays.get(folder)) !== straysText(strays);
    if (strays.count === 0) this.#strays.delete(folder);
    else this.#strays.set(folder, strays);
    const present = new Set(found.map((model) => model.path));
    if (found.length === 0) this.#searches.delete(folder);
    else this.#searches.set(folder, present);
    if (skippedFolders.count === 0) this.#skippedFolders.delete(folder);
    else this.#skippedFolders.set(folder, skippedFolders);
    if (bound === undefined) this.#bounds.delete(folder);
    else this.#bounds.set(folder, bound);
    for (const model of found) {
      if (this.#innermost(model.path) !== folder) continue;
      const known = this.#models.get(model.path);
      const same = known !== undefined && hasSignatures(known.verdict, model);
      if (same && known.folder === folder) continue;
      list ||= known?.folder !== folder;
      paths.add(model.path);
      this.#put(same ? { ...known, folder } : { path: model.path, kind: model.kind, folder, verdict: unlooked(model) });
    }
    for (const model of this.models) {
      if (model.folder !== folder || present.has(model.path)) continue;
      paths.add(model.path);
      list = true;
      const other = this.#innermost(model.path);
      if (other === undefined) this.#drop(model);
      else this.#put({ ...model, folder: other });
    }
    this.#tell([...paths], list);
  }

  /** A single model, found where nobody searched. */
  add(found: FoundModel, folder: string | undefined): void {
    const list = !this.#models.has(found.path);
    const base = { path: found.path, kind: found.kind, verdict: unlooked(found) };
    this.#put(folder === undefined ? base : { ...base, folder });
    this.#tell([found.path], list);
  }

  removeFolder(folder: string): void {
    this.replaceFolder(folder, []);
  }

  remove(path: string): void {
    const model = this.#models.get(path);
    if (model === undefined) return;
    this.#drop(model);
    this.#tell([path], true);
  }

  /** Something new about a model that is still here; nothing happens for one that has gone. */
  update(path: string, verdict: Verdict, rest: { before?: Verdict | undefined; progress?: DigestProgress } = {}): void {
    const known = this.#models.get(path);
    if (known === undefined) return;
    const { before, progress } = rest;
    this.#put({
      path: known.path,
      kind: known.kind,
      ...(known.folder === undefined ? {} : { folder: known.folder }),
      verdict,
      ...(before === undefined ? {} : { before }),
      ...(progress === undefined ? {} : { progress }),
    });
    this.#tell([path], false);
  }

  onDidChange(listener: RegistryListener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** The innermost workspace folder in which a search found the model. */
  #innermost(path: string): string | undefined {
    const folders = [...this.#searches].filter(([, found]) => found.has(path)).map(([folder]) => folder);
    return folders.sort((a, b) => b.length - a.length)[0];
  }

  #put(model: KnownModel): void {
    const old = this.#models.get(model.path)?.verdict;
    if (old !== undefined) for (const path of signaturePaths(old)) this.#signatures.delete(path);
    for (const path of signaturePaths(model.verdict)) this.#signatures.set(path, model.path);
    if (!this.#models.has(model.path)) this.#order = undefined;
    this.#models.set(model.path, model);
  }

  #drop(model: KnownModel): void {
    for (const path of signaturePaths(model.verdict)) this.#signatures.delete(path);
    this.#models.delete(model.path);
    this.#order = undefined;
  }

  #tell(paths: readonly string[], list: boolean): void {
    if (paths.length === 0 && !list) return;
    for (const listener of [...this.#listeners]) listener({ paths, list });
  }
}

function straysText(strays: Strays | undefined): string {
  return (strays?.first ?? []).map(({ path, subject }) => `${path}\n${subject}`).join("\n");
}

/** Whether the verdict was reached by reading the model's files. */
export function restsOnFiles(verdict: Verdict): boolean {
  const { state, comparison } = verdict;
  if (state === "unverifiable") return comparison !== undefined;
  return state === "verified" || state === "untrusted" || state === "modified";
}

function unlooked(found: FoundModel): Verdict {
  const signatures = signaturesOf(found);
  const state = signatures.length === 0 ? "unsigned" : "unchecked";
  return { model: found.path, reasons: [], state, ...uncheckedSignatures(signatures) };
}

/** What a verdict says of signatures that nobody has looked at. */
export function uncheckedSignatures(paths: readonly string[]): Pick<Verdict, "signature" | "signatures"> {
  const [signature, ...others] = paths;
  if (signature === undefined) return {};
  if (others.length === 0) return { signature };
  const unchecked = { state: "unchecked", accepted: false, decisive: false } as const;
  return { signature, signatures: paths.map((path) => ({ ...unchecked, signature: path })) };
}

function hasSignatures(verdict: Verdict, found: FoundModel): boolean {
  const known = new Set(signaturePaths(verdict));
  const all = signaturesOf(found);
  return known.size === all.length && all.every((path) => known.has(path));
}
