import type { DigestOptions } from "../core/hashing/digest-request.ts";
import type { OriginReport } from "../core/origin/origin.ts";
import type { Engine } from "../engine/engine.ts";
import type { ModelRegistry } from "./registry.ts";

export interface OriginServices {
  readonly registry: ModelRegistry;
  readonly engine: Pick<Engine, "run">;
  /** Whether all files are read automatically. */
  readonly readsAll: () => boolean;
  readonly failed: (error: unknown) => void;
  readonly quietMs?: number;
}

type Listener = (path: string) => void;

/** Milliseconds without a change before a model is read again. */
const QUIET_MS = 1_000;

/**
 * Where models were downloaded from, read when a surface asks: names and sizes, and digests too where the user asked for
 * them or every file is verified automatically. It stands beside the verdicts of the registry and changes none.
 */
export class Origins {
  readonly #services: OriginServices;
  readonly #reports = new Map<string, OriginReport>();
  /** Models whose digests are compared each time: those of unchanged files come from the digest cache. */
  readonly #compared = new Set<string>();
  readonly #listeners = new Set<Listener>();
  readonly #queue = new Set<string>();
  /** Of models whose files changed a moment ago. */
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #underWay = new Set<string>();
  /** Why the last reading failed, until the model or its files change. */
  readonly #failures = new Map<string, unknown>();
  readonly #stop: () => void;
  #reading = false;

  constructor(services: OriginServices) {
    this.#services = services;
    this.#stop = services.registry.onDidChange(({ paths }) => {
      for (const path of paths) this.#changed(path);
    }).dispose;
  }

  /** What is known; nothing is read for it. */
  get(path: string): OriginReport | undefined {
    return this.#reports.get(path);
  }

  /** Why the model could not be read, if so. */
  failure(path: string): unknown {
    return this.#failures.get(path);
  }

  onDidChange(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Reads it soon, one model after the other, unless it is known, or could not be read. */
  request(path: string): void {
    if (this.#isSettled(path) || this.#timers.has(path)) return;
    // Where a check reads the files, too, it goes first: its digests are taken from the cache then.
    if (this.#services.readsAll()) this.#readLater(path);
    else this.#enqueue(path);
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
    this.#underWay.add(path);
    try {
      const report = await this.#services.engine.run("findOrigin", { model: path, checkDigests }, watching);
      this.#reports.set(path, report);
      this.#failures.delete(path);
      this.#notify(path);
      return report;
    } finally {
      this.#underWay.delete(path);
    }
  }

  /** As {@link read}, and compares the digests of all files from now on. */
  check(path: string, watching: DigestOptions): Promise<OriginReport> {
    this.#compared.add(path);
    return this.read(path, watching);
  }

  dispose(): void {
    this.#stop();
    this.#listeners.clear();
    this.#queue.clear();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #fileChangedIn(path: string): void {
    const known = this.#isSettled(path);
    this.#reports.delete(path);
    this.#failures.delete(path);
    if (!known && !this.#timers.has(path) && !this.#underWay.has(path)) return;
    this.#readLater(path);
    if (known) this.#notify(path);
  }

  #readLater(path: string): void {
    clearTimeout(this.#timers.get(path));
    const read = (): void => {
      this.#timers.delete(path);
      this.#enqueue(path);
    };
    this.#timers.set(path, setTimeout(read, this.#services.quietMs ?? QUIET_MS));
  }

  #changed(path: string): void {
    const model = this.#services.registry.get(path);
    if (model === undefined) {
      this.#reports.delete(path);
      this.#failures.delete(path);
      this.#compared.delete(path);
      this.#queue.delete(path);
      clearTimeout(this.#timers.get(path));
      this.#timers.delete(path);
    } else if (this.#isSettled(path) && model.verdict.state !== "checking") {
      this.#enqueue(path);
    } else if (this.#services.readsAll() && model.verdict.signature === undefined) this.request(path);
  }

  #isSettled(path: string): boolean {
    return this.#reports.has(path) || this.#failures.has(path);
  }

  #notify(path: string): void {
    for (const listener of [...this.#listeners]) listener(path);
  }

  #enqueue(path: string): void {
    this.#queue.add(path);
    void this.#readQueue();
  }

  #failed(path: string, error: unknown): void {
    this.#services.failed(error);
    if (this.#services.registry.get(path) === undefined) return;
    this.#reports.delete(path);
    this.#failures.set(path, error);
    this.#notify(path);
  }

  async #readQueue(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (const path of this.#queue) {
        this.#queue.delete(path);
        await this.read(path).catch((error: unknown) => this.#failed(path, error));
      }
    } finally {
      this.#reading = false;
    }
  }
}
