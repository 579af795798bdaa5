import { lstatSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { systemCode } from "../errors.ts";
import { findModels } from "../model/find-models.ts";
import { findSignatures, statModel, straysAround } from "../model/find-signatures.ts";
import type { FoundModel, SignatureWithoutModel } from "../model/found-model.ts";
import { compareCodePoints } from "../model/names.ts";
import { readOllamaModel } from "../model/ollama-store.ts";
import { isInside, nameBelow } from "../model/path-below.ts";
import { TimeSlices } from "../model/time-slices.ts";
import { baseOf } from "../policy/glob.ts";
import type { Demand } from "./demand.ts";
import { FailureLog } from "./failure-log.ts";
import { type Folder, FolderRules } from "./folder.ts";
import { GateWalk, type SearchCounts } from "./gate-walk.ts";
import type { GateSearch } from "./search-result.ts";

interface GateOptions {
  /** What is scanned: a folder, or a single file; absolute. */
  readonly scanned: string;
  /** What patterns are relative to; absolute. */
  readonly root: string;
  readonly demands: readonly Demand[];
  /** All patterns, also those that demand nothing: signatures below them are found wherever they lie. */
  readonly patterns: readonly string[];
  /** Whether any policy decides about a model at that path. */
  readonly covers: (path: string) => boolean;
  /** Absolute paths of files that need no signature. */
  readonly exemptPaths: ReadonlySet<string>;
  readonly allowEmpty: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (counts: SearchCounts) => void;
}

/**
 * The models below a folder that must be verified, and everything that could not be verified. Below the patterns of
 * policies nothing is skipped: what cannot be read is a failure. Outside of them, models are searched by
 * {@link findModels}.
 *
 * @throws `MODEL_NOT_FOUND` (nothing is at `scanned`), `MODEL_UNREADABLE` (outside of all patterns), `CANCELLED`
 */
export async function searchGate(options: GateOptions): Promise<GateSearch> {
  const [root, scanned] = [resolve(options.root), resolve(options.scanned)];
  const name = nameBelow(root, scanned);
  // Spelled as the root is: on Windows `c:` and `C:` are the same drive.
  return new Gate({ ...options, root, scanned: name === undefined ? scanned : join(root, name) }).run();
}

class Gate {
  readonly #options: GateOptions;
  readonly #log = new FailureLog();
  readonly #rules: FolderRules;
  readonly #walk: GateWalk;
  readonly #strays: SignatureWithoutModel[] = [];

  constructor(options: GateOptions) {
    this.#options = options;
    this.#rules = new FolderRules(options.demands);
    this.#walk = new GateWalk({
      ...options,
      rules: this.#rules,
      log: this.#log,
      slices: new TimeSlices(options.signal),
      literals: new Set(options.patterns.filter((pattern) => !pattern.includes("*"))),
    });
  }

  async run(): Promise<GateSearch> {
    const { scanned, demands, allowEmpty } = this.#options;
    const isFolder = statModel(scanned).isDirectory();
    const starts = this.#starts();
    for (const start of starts) await this.#search(start);
    if (!starts.includes(scanned)) await this.#searchElsewhere(new Set(starts));
    const strays = [...this.#walk.strays(), ...this.#strays];
    const models = [...this.#walk.models.values()].sort((a, b) => compareCodePoints(a.path, b.path));
    const inReach = demands.filter(({ base }) => this.#isInReach(base));
    if (isFolder) for (const demand of inReach) this.#checkMet(demand, models);
    if (!allowEmpty && demands.length > 0 && inReach.length === 0 && models.length === 0) this.#log.addEmpty(scanned);
    const { folders, files, notRequired, exempted } = this.#walk;
    const { failures, skipped } = this.#log;
    return {
      models,
      failures,
      searched: {
        folders,
        files,
        skipped,
        notRequired,
        exempted: { count: exempted.count, paths: exempted.paths },
        strays: strays.map(({ path, ...stray }) => ({ path: this.#relative(path), ...stray })),
      },
    };
  }

  /** Where to start: at the literal beginnings of all patterns, as far as they are in what is scanned. */
  #starts(): string[] {
    const { scanned, patterns } = this.#options;
    const bases = patterns.map(baseOf).filter((base) => this.#isInReach(base));
    const paths = new Set(bases.map((base) => (this.#isInScanned(base) ? this.#absolute(base) : scanned)));
    return [...paths].filter((path) => ![...paths].some((other) => other !== path && isInside(other, path)));
  }

  #isInReach(base: string): boolean {
    return this.#isInScanned(base) || isInside(this.#absolute(base), this.#options.scanned);
  }

  #isInScanned(base: string): boolean {
    return isInside(this.#options.scanned, this.#absolute(base));
  }

  #absolute(path: string): string {
    return join(this.#options.root, path);
  }

  #relative(path: string): string {
    return relative(this.#options.root, path).split(sep).join("/") || ".";
  }

  async #search(start: string): Promise<void> {
    const folder = this.#folderAt(start);
    if (folder === undefined) return;
    const { scanned, root, signal } = this.#options;
    // Only the root of the patterns may be a link here, because the user named it.
    const isFolder = statSync(start).isDirectory();
    // What is next to the scanned folder is not scanned.
    const signatures = isFolder && start === scanned ? [] : await findSignatures(start, { signal, within: root });
    if (!isFolder || signatures.length > 0) {
      this.#walk.add({ path: start, kind: isFolder ? "directory" : "file", signatures });
    }
    if (!isFolder) return;
    const strays = await straysAround(start, root, new TimeSlices(signal));
    const model = signatures.length === 0 ? folder : this.#rules.asModel(folder);
    await this.#walk.run({ ...model, strays });
  }

  /** The folder or file, with the models that patterns make of the folders above it; none of them may be a link. */
  #folderAt(start: string): Folder | undefined {
    const { root } = this.#options;
    let folder = this.#walk.asNamed(this.#rules.root(root));
    for (const name of relative(root, start).split(sep).filter(Boolean)) {
      const child = this.#rules.child(folder, name);
      if (!this.#isPlain(child)) return undefined;
      folder = child.path === start && !lstatSync(start).isDirectory() ? child : this.#walk.asNamed(child);
    }
    return folder;
  }

  #isPlain(folder: Folder): boolean {
    const { path, relative: name } = folder;
    const concerned = () => this.#rules.reaching(folder, name);
    try {
      const stats = lstatSync(path);
      // A manifest of Ollama's store is a link to one of its blobs, which are what is verified.
      if (stats.isSymbolicLink() && readOllamaModel(path) === undefined) {
        this.#log.addOrSkip("SEARCH_LINK", name, concerned());
      } else if (stats.isSymbolicLink() || stats.isDirectory() || stats.isFile()) return true;
      else this.#log.addOrSkip("SEARCH_SPECIAL_FILE", name, concerned());
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      if (code !== "ENOENT" && code !== "ENOTDIR") this.#log.addOrSkip("SEARCH_UNREADABLE", name, concerned());
    }
    return false;
  }

  /** What no pattern reaches is covered by no policy: there, models are searched as the editor does. */
  async #searchElsewhere(starts: ReadonlySet<string>): Promise<void> {
    const { scanned, signal } = this.#options;
    const found = await findModels(scanned, {
      maxEntries: Number.POSITIVE_INFINITY,
      exclude: (name) => starts.has(join(scanned, name)),
      onStray: (signature) => this.#strays.push(signature),
      onSkip: (path, reason) => this.#log.skip(reason, this.#relative(path)),
      ...(signal && { signal }),
    });
    for (const model of found) this.#walk.add(model);
  }

  #checkMet(demand: Demand, models: readonly FoundModel[]): void {
    const { allowEmpty } = this.#options;
    const { glob, kind, mayBeEmpty } = demand;
    if (mayBeEmpty || this.#log.met.has(demand)) return;
    if (models.some(({ path }) => glob.matches(this.#relative(path)))) return;
    if (kind === "literal" && this.#isInScanned(demand.base)) this.#log.addPattern("SEARCH_PATH_MISSING", demand);
    else if (!allowEmpty) this.#log.addPattern("SEARCH_NOTHING_FOUND", demand);
  }
}
