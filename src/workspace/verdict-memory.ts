import { signaturePaths, type Verdict } from "../core/verdict.ts";
import { toKeep } from "./kept-verdict.ts";
import { type ModelRegistry, restsOnFiles } from "./registry.ts";
import { isBadNews } from "./standing-verdict.ts";

/** Milliseconds without a change before what is known is kept. */
const QUIET_MS = 1_000;
/** Models; those checked last are kept. */
const MODEL_LIMIT = 200;
/** Characters of JSON, all in all. */
const TOTAL_LIMIT = 500_000;
const KEY = "verdicts";

/** The editor's storage of a workspace, outside of its folders. */
export interface Storage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface MemoryServices {
  readonly registry: ModelRegistry;
  readonly storage: Storage;
  failed(error: unknown): void;
  readonly quietMs?: number;
}

/**
 * Keeps the last verdicts over a reload of the window. What comes back is `stale` until a check confirms it: nobody
 * watched the files in between. Made before whoever checks what is found: a model that is remembered is not new.
 */
export class VerdictMemory {
  readonly #services: MemoryServices;
  readonly #subscription: { dispose(): void };
  /** Those whose model was not found yet, by path; undefined before {@link load}. */
  #awaited: Map<string, Verdict> | undefined;
  #kept = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(services: MemoryServices) {
    this.#services = services;
    this.#subscription = services.registry.onDidChange(({ paths }) => {
      for (const path of paths) this.#recall(path);
      this.#keepLater();
    });
  }

  /** Reads what was kept. Before the first search: until then nothing comes back, and nothing is kept. */
  async load(): Promise<void> {
    const kept = this.#services.storage.get(KEY);
    const entries: readonly unknown[] = Array.isArray(kept) ? kept.slice(0, MODEL_LIMIT) : [];
    const verdicts = entries.length === 0 ? [] : entries.map((await import("./remembered-verdict.ts")).recall);
    this.#awaited = new Map(verdicts.flatMap((verdict) => (verdict === undefined ? [] : [[verdict.model, verdict]])));
    for (const { path } of this.#services.registry.models) this.#recall(path);
  }

  dispose(): void {
    this.#subscription.dispose();
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#keep();
  }

  #recall(path: string): void {
    const { registry } = this.#services;
    const remembered = this.#awaited?.get(path);
    const model = registry.get(path);
    if (remembered === undefined || model === undefined) return;
    this.#awaited?.delete(path);
    const { verdict } = model;
    const isNew = verdict.state === "unchecked" && verdict.signer === undefined;
    if (!isNew || !signaturePaths(verdict).includes(remembered.signature ?? "")) return;
    const { signatures } = verdict;
    const several = signatures && { signatures };
    // A signature is looked at in any case; what was found stands only where that cannot be decided.
    if (remembered.state === "invalid") registry.update(path, verdict, { before: remembered });
    else
      registry.update(
        path,
        { ...remembered, ...several, state: "stale", staleBecause: "restart" },
        { before: remembered },
      );
  }

  #keepLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keep(), this.#services.quietMs ?? QUIET_MS);
    this.#timer.unref();
  }

  #keep(): void {
    this.#timer = undefined;
    if (this.#awaited === undefined) return;
    const { registry, storage, failed } = this.#services;
    const known = registry.models.flatMap(({ verdict, before }) => lastKnown(verdict, before));
    const all = [...known, ...this.#awaited.values()];
    const entries: unknown[] = [];
    let size = 0;
    for (const verdict of all.sort(latestFirst)) {
      const entry = toKeep(verdict);
      if (entry === undefined) continue;
      size += JSON.stringify(entry).length;
      if (entries.length === MODEL_LIMIT || size > TOTAL_LIMIT) break;
      entries.push(entry);
    }
    const text = JSON.stringify(entries);
    if (text === this.#kept) return;
    this.#kept = text;
    storage.update(KEY, entries).then(undefined, failed);
  }
}

function lastKnown(verdict: Verdict, before: Verdict | undefined): Verdict[] {
  if (restsOnFiles(verdict) || isBadNews(verdict)) return [verdict];
  const passing = verdict.state === "stale" || verdict.state === "checking" || verdict.state === "unchecked";
  return passing && before !== undefined ? [before] : [];
}

function latestFirst({ checkedAt: a = "" }: Verdict, { checkedAt: b = "" }: Verdict): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
