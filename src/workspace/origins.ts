import type { DigestOptions } from "../core/hashing/digest-request.ts";
import type { OriginReport } from "../core/origin/origin.ts";
import type { Engine } from "../engine/engine.ts";
import { Listeners } from "../platform/listeners.ts";
import type { ModelRegistry } from "./registry.ts";

export interface OriginServices {
  readonly registry: ModelRegistry;
  readonly engine: Pick<Engine, "run">;
  /** Whether all files are read automatically. */
  readonly readsAll: () => boolean;
  readonly failed: (error: unknown) => void;
  readonly quietMs?: number;
}

/** Milliseconds without a change before a model is read again. */
const QUIET_MS = 1_000;

/**
 * Where models were downloaded from, read when a surface asks: names and sizes, and digests too where the user asked for
 * them or every file is verified automatically. It stands beside the verdicts of the registry and changes none.
 */
export class Origins {
  readonly #services: OriginServices;
  /** What the last reading gave, or why it failed; absent before it, and where the files changed since. */
  readonly #known = new Map<string, { readonly report?: OriginReport; readonly failure?: unknown }>();
  /** Models whose digests are compared each time: those of unchanged files come from the digest cache. */
  readonly #compared = new Set<string>();
  readonly #listeners = new Listeners<string>();
  readonly onDidChange = this.#listeners.event;
  /** Models that are read soon. */
  readonly #due = new Map<string, NodeJS.Timeout>();
  /** The last reading that has begun of each model, which may not be the last to end. */
  readonly #underWay = new Map<string, symbol>();
  readonly #stop: () => void;
  /** Ends when all models that were due are read, one after the other. */
  #reading: Promise<void> = Promise.resolve();

  constructor(services: OriginServices) {
    this.#services = services;
    this.#stop = services.registry.onDidChange(({ paths }) => {
      for (const path of paths) this.#changed(path);
    }).dispose;
  }

  /** What is known; nothing is read for it. */
  get(path: string): OriginReport | undefined {
    return this.#known.get(path)?.report;
  }

  /** Why the model could not be read, if so. */
  failure(path: string): unknown {
    return this.#known.get(path)?.failure;
  }

  /** Reads it soon, one model after the other, unless it is known, or could not be read. */
  request(path: string): void {
    if (this.#known.has(path) || this.#due.has(path)) return;
    // Where a check reads the files, too, it goes first: its digests are taken from the cache then.
    this.#readLater(path, this.#services.readsAll() ? this.#quietMs : 0);
  }

  /** A file or folder was created, changed or deleted: what was read of its models is outdated, and read again soon. */
  fileChanged(path: string): void {
    const { registry } = this.#services;
    const concerned = [...registry.containing(path), ...registry.below(path), ...registry.sharing(path)];
    for (const model of concerned) this.#fileChangedIn(model.path);
  }

  /**
   * Reads it now.
   *
   * @throws ProvenanceError as the core's `findOrigin`
   */
  async read(path: string, watching: DigestOptions = {}): Promise<OriginReport> {
    const { registry, readsAll } = this.#services;
    const state = registry.get(path)?.verdict.state;
    // The verdict of a check that is due or under way is reported, and this is read again then.
    const isChecked = state !== "unchecked" && state !== "checking";
    const checkDigests = this.#compared.has(path) || (readsAll() && isChecked);
    const reading = Symbol();
    this.#underWay.set(path, reading);
    try {
      const report = await this.#services.engine.run("findOrigin", { model: path, checkDigests }, watching);
      if (this.#underWay.get(path) === reading) {
        this.#known.set(path, { report });
        this.#listeners.fire(path);
      }
      return report;
    } finally {
      if (this.#underWay.get(path) === reading) this.#underWay.delete(path);
    }
  }

  /** As {@link read}, and compares the digests of all files from now on. */
  check(path: string, watching: DigestOptions): Promise<OriginReport> {
    this.#compared.add(path);
    return this.read(path, watching);
  }

  dispose(): void {
    this.#stop();
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
  }

  get #quietMs(): number {
    return this.#services.quietMs ?? QUIET_MS;
  }

  #fileChangedIn(path: string): void {
    const known = this.#known.delete(path);
    if (!known && !this.#due.has(path) && !this.#underWay.has(path)) return;
    this.#readLater(path, this.#quietMs);
    if (known) this.#listeners.fire(path);
  }

  #readLater(path: string, milliseconds: number): void {
    clearTimeout(this.#due.get(path));
    const timer = setTimeout(() => {
      this.#reading = this.#reading.then(() => this.#readDue(path, timer));
    }, milliseconds);
    this.#due.set(path, timer);
  }

  async #readDue(path: string, timer: NodeJS.Timeout): Promise<void> {
    // Removed, or put off again.
    if (this.#due.get(path) !== timer) return;
    // A reading that began before must not end after this one.
    if (this.#underWay.has(path)) return this.#readLater(path, this.#quietMs);
    this.#due.delete(path);
    await this.read(path).catch((error: unknown) => this.#failed(path, error));
  }

  #changed(path: string): void {
    const model = this.#services.registry.get(path);
    if (model === undefined) {
      this.#known.delete(path);
      this.#compared.delete(path);
      this.#underWay.delete(path);
      clearTimeout(this.#due.get(path));
      this.#due.delete(path);
    } else if (this.#known.has(path) && model.verdict.state !== "checking") {
      this.#readLater(path, 0);
    } else if (this.#services.readsAll() && model.verdict.signature === undefined) this.request(path);
  }

  #failed(path: string, error: unknown): void {
    this.#services.failed(error);
    if (this.#services.registry.get(path) === undefined) return;
    this.#known.set(path, { failure: error });
    this.#listeners.fire(path);
  }
}
