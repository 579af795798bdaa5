import type { DigestOptions } from "../core/hashing/digest-request.ts";
import type { OriginReport } from "../core/origin/origin.ts";
import type { Engine } from "../engine/engine.ts";
import type { ModelRegistry } from "./registry.ts";

/** Milliseconds without a change of a model's files before it is read again. */
const QUIET = 1_000;

export interface OriginServices {
  readonly registry: ModelRegistry;
  readonly engine: Pick<Engine, "run">;
  /** Whether all files are read automatically. */
  readonly readsAll: () => boolean;
  readonly failed: (error: unknown) => void;
  readonly quietMs?: number;
}

type Listener = (path: string) => void;

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
  readonly #timers = new Map<string, NodeJS.Timeout>();
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

  onDidChange(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Reads it soon, one model after the other, unless it is known. */
  request(path: string): void {
    if (!this.#reports.has(path)) this.#readAgain(path);
  }

  /**
   * Reads it now.
   *
   * @throws ProvenanceError as the core's `findOrigin`
   */
  async read(path: string, watching: DigestOptions = {}): Promise<OriginReport> {
    const checkDigests = this.#compared.has(path) || this.#services.readsAll();
    const report = await this.#services.engine.run("findOrigin", { model: path, checkDigests }, watching);
    this.#reports.set(path, report);
    for (const listener of [...this.#listeners]) listener(path);
    return report;
  }

  /** As {@link read}, and compares the digests of all files from now on. */
  check(path: string, watching: DigestOptions): Promise<OriginReport> {
    this.#compared.add(path);
    return this.read(path, watching);
  }

  /** A file was created, changed or deleted: what is known of its models is read again. */
  fileChanged(file: string): void {
    for (const { path } of this.#services.registry.holding(file)) {
      if (!this.#reports.has(path)) continue;
      clearTimeout(this.#timers.get(path));
      const again = (): void => {
        this.#timers.delete(path);
        if (this.#reports.has(path)) this.#readAgain(path);
      };
      this.#timers.set(path, setTimeout(again, this.#services.quietMs ?? QUIET));
    }
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#stop();
    this.#listeners.clear();
    this.#queue.clear();
  }

  #changed(path: string): void {
    const model = this.#services.registry.get(path);
    if (model === undefined) {
      this.#reports.delete(path);
      this.#compared.delete(path);
      this.#queue.delete(path);
    } else if (this.#reports.has(path) && model.verdict.state !== "checking") this.#readAgain(path);
    else if (this.#services.readsAll() && model.verdict.signature === undefined) this.request(path);
  }

  #readAgain(path: string): void {
    this.#queue.add(path);
    void this.#readQueue();
  }

  async #readQueue(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (const path of this.#queue) {
        this.#queue.delete(path);
        await this.read(path).catch(this.#services.failed);
      }
    } finally {
      this.#reading = false;
    }
  }
}
