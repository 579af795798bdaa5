import { basename, dirname, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import type { FoundModel } from "../core/model/found-model.ts";
import type { Decision } from "../core/policy/decision.ts";
import { signaturePaths, type Verdict, type VerdictState } from "../core/verdict.ts";
import type { SearchResult } from "../engine/search-models.ts";
import { editorPath } from "../platform/editor-path.ts";
import { Listeners } from "../platform/listeners.ts";

/** One model of this window. */
export interface KnownModel {
  /** Absolute. */
  readonly path: string;
  readonly kind: FoundModel["kind"];
  /** What its store calls it; see {@link FoundModel}. */
  readonly name?: string;
  /** Absolute path of the workspace folder it is in; absent for a model elsewhere. */
  readonly folder?: string;
  readonly verdict: Verdict;
  /** The last verdict that was reached, while this one is `checking` or `stale`, or `unchecked` in a new window. */
  readonly before?: Verdict | undefined;
  /** While files are read. */
  readonly progress?: DigestProgress | undefined;
}

/** How far a workspace folder was searched. */
export type SearchExtent = Pick<SearchResult, "bound" | "skippedFolders"> & Partial<Pick<SearchResult, "strays">>;

export interface RegistryChange {
  /** Models that changed, were added or removed. */
  readonly paths: readonly string[];
  /** Whether models were added or removed, or the extent of a search changed. */
  readonly list: boolean;
  /** Whether nothing but the progress of a check changed. */
  readonly progress: boolean;
}

const NONE = { first: [], count: 0 };
const COMPLETE: SearchExtent = { skippedFolders: NONE, strays: NONE };

/** The models of this window: the only state that the user interface reads, with one event for all changes. */
export class ModelRegistry {
  /** By {@link editorPath}: paths come from the editor, from `realpath`, and from what people and agents write. */
  readonly #models = new Map<string, KnownModel>();
  /** The paths of models by those of their signatures; both as above. */
  readonly #signatures = new Map<string, string>();
  readonly #extents = new Map<string, SearchExtent>();
  /** Models that the user named and that no search found, as above. */
  readonly #named = new Set<string>();
  /** The models that the last search of each workspace folder found: one folder may lie in another. */
  readonly #searches = new Map<string, ReadonlySet<string>>();
  readonly #changed = new Listeners<RegistryChange>();
  readonly onDidChange = this.#changed.event;
  #order: readonly string[] | undefined;

  /** In the order of their paths. */
  get models(): readonly KnownModel[] {
    this.#order ??= [...this.#models.keys()].sort();
    return this.#order.flatMap((path) => this.#models.get(path) ?? []);
  }

  /** How far workspace folders were searched that were not searched completely. */
  get extents(): ReadonlyMap<string, SearchExtent> {
    return this.#extents;
  }

  get(path: string): KnownModel | undefined {
    return this.#models.get(editorPath(path));
  }

  /** The model that the file is the signature of. */
  signedBy(file: string): KnownModel | undefined {
    return this.#models.get(this.#signatures.get(editorPath(file)) ?? "");
  }

  /** The models that a file or folder is, is in, or is the signature of; innermost first. */
  holding(file: string): readonly KnownModel[] {
    const signed = this.signedBy(file);
    return [...new Set([...(signed === undefined ? [] : [signed]), ...this.containing(file)])];
  }

  /** The models that a file or folder is, or is in; innermost first. */
  containing(file: string): readonly KnownModel[] {
    const found: KnownModel[] = [];
    for (let path = editorPath(file); ; path = dirname(path)) {
      const model = this.#models.get(path);
      if (model !== undefined) found.push(model);
      if (dirname(path) === path) return found;
    }
  }

  /** The models below a folder. */
  below(folder: string): readonly KnownModel[] {
    const prefix = editorPath(folder.endsWith(sep) ? folder : folder + sep);
    return this.models.filter((model) => editorPath(model.path).startsWith(prefix));
  }

  /** The models of a Hugging Face cache or an Ollama store that may have a file in common: one of `blobs`. */
  sharing(blob: string): readonly KnownModel[] {
    const folder = dirname(blob);
    return basename(folder) === "blobs" ? this.below(dirname(folder)) : [];
  }

  /**
   * Sets the models of a workspace folder to the result of a search. Models with the same signature files keep their
   * verdicts. Where one folder lies in another, a model is listed once, in the inner one.
   *
   * @param exists whether a model that was added by name is still there: it stays where a search does not find it
   */
  replaceFolder(
    folder: string,
    found: readonly FoundModel[],
    extent: SearchExtent = COMPLETE,
    exists: (path: string) => boolean = () => false,
  ): void {
    const paths = new Set<string>();
    let list = !isDeepStrictEqual(this.#extents.get(folder) ?? COMPLETE, extent);
    if (isDeepStrictEqual(extent, COMPLETE)) this.#extents.delete(folder);
    else this.#extents.set(folder, extent);
    const present = new Set(found.map((model) => model.path));
    if (found.length === 0) this.#searches.delete(folder);
    else this.#searches.set(folder, present);
    for (const model of found) {
      if (this.#innermost(model.path) !== folder) continue;
      this.#named.delete(editorPath(model.path));
      const known = this.get(model.path);
      const same = known !== undefined && hasSignatures(known.verdict, model);
      if (same && known.folder === folder) continue;
      list ||= known?.folder !== folder;
      paths.add(model.path);
      this.#put(same ? { ...known, folder } : { ...knownModel(model), folder });
    }
    for (const model of this.models) {
      if (model.folder !== folder || present.has(model.path)) continue;
      if (this.#named.has(editorPath(model.path)) && exists(model.path)) continue;
      paths.add(model.path);
      list = true;
      const other = this.#innermost(model.path);
      if (other === undefined) this.#drop(model);
      else this.#put({ ...model, folder: other });
    }
    this.#notify([...paths], list);
  }

  /**
   * Adds a model that was not found by a search.
   *
   * @param folder the workspace folder it is in
   */
  add(found: FoundModel, folder: string | undefined): void {
    const list = this.get(found.path) === undefined;
    this.#named.add(editorPath(found.path));
    this.#put(folder === undefined ? knownModel(found) : { ...knownModel(found), folder });
    this.#notify([found.path], list);
  }

  remove(path: string): void {
    const model = this.get(path);
    if (model === undefined) return;
    this.#drop(model);
    this.#notify([path], true);
  }

  /** Sets the verdict of a model; does nothing for one that was removed. */
  update(path: string, verdict: Verdict, { before, progress }: Pick<KnownModel, "before" | "progress"> = {}): void {
    const known = this.get(path);
    if (known === undefined) return;
    this.#put({ ...known, verdict, before, progress });
    this.#notify([path], false, known.verdict === verdict && known.progress !== progress);
  }

  /** The innermost workspace folder in which a search found the model. */
  #innermost(path: string): string | undefined {
    const folders = [...this.#searches].filter(([, found]) => found.has(path)).map(([folder]) => folder);
    return folders.sort((a, b) => b.length - a.length)[0];
  }

  #put(model: KnownModel): void {
    const key = editorPath(model.path);
    const old = this.#models.get(key)?.verdict;
    if (old !== undefined) this.#forgetSignatures(old);
    for (const path of signaturePaths(model.verdict)) this.#signatures.set(editorPath(path), key);
    if (!this.#models.has(key)) this.#order = undefined;
    this.#models.set(key, model);
  }

  #drop({ path, verdict }: KnownModel): void {
    this.#forgetSignatures(verdict);
    this.#models.delete(editorPath(path));
    this.#named.delete(editorPath(path));
    this.#order = undefined;
  }

  #forgetSignatures(verdict: Verdict): void {
    for (const path of signaturePaths(verdict)) this.#signatures.delete(editorPath(path));
  }

  #notify(paths: readonly string[], list: boolean, progress = false): void {
    if (paths.length > 0 || list) this.#changed.fire({ paths, list, progress });
  }
}

const FROM_FILES: ReadonlySet<VerdictState> = new Set(["verified", "pinned", "untrusted", "modified"]);

/** The verdict, or the last one while a verification runs. */
export function settledVerdict({ verdict, before }: KnownModel): Verdict {
  return verdict.state === "checking" ? (before ?? verdict) : verdict;
}

/** The last verdict that a check reached: while another check runs, and before it, the cause of that verdict persists. */
export function lastReached({ verdict, before }: KnownModel): Verdict {
  return verdict.state === "checking" || verdict.state === "stale" ? (before ?? verdict) : verdict;
}

/** What policies decided, also by the last verdict. */
export function decisionOf({ verdict, before }: KnownModel): Decision | undefined {
  return verdict.decision ?? before?.decision;
}

/** Whether the verdict was reached by reading the model's files. */
export function restsOnFiles(verdict: Verdict): boolean {
  const { state, comparison } = verdict;
  return state === "unverifiable" ? comparison !== undefined : FROM_FILES.has(state);
}

function knownModel(found: FoundModel): KnownModel {
  const { path, kind, name, signatures } = found;
  const state = signatures.length === 0 ? "unsigned" : "unchecked";
  const verdict = { model: path, reasons: [], state, ...uncheckedSignatures(signatures) } as const;
  return { path, kind, ...(name !== undefined && { name }), verdict };
}

/** What a verdict says of signatures that were not verified yet. */
export function uncheckedSignatures(paths: readonly string[]): Pick<Verdict, "signature" | "signatures"> {
  const [signature, ...others] = paths;
  if (signature === undefined) return {};
  if (others.length === 0) return { signature };
  const unchecked = { state: "unchecked", accepted: false, decisive: false } as const;
  return { signature, signatures: paths.map((path) => ({ ...unchecked, signature: path })) };
}

function hasSignatures(verdict: Verdict, found: FoundModel): boolean {
  const known = new Set(signaturePaths(verdict));
  return known.size === found.signatures.length && found.signatures.every((path) => known.has(path));
}
