import type { Comparison } from "../core/manifest/comparison.ts";
import { signaturePaths, type Verdict } from "../core/verdict.ts";
import { type ModelRegistry, restsOnFiles } from "./registry.ts";
import { isFailure } from "./retained-failure.ts";

/** Milliseconds without a change before verdicts are stored. */
const QUIET_MS = 1_000;
/** Models; those checked last are stored. */
const MODEL_LIMIT = 200;
/** Characters of JSON of all models. */
const TOTAL_LIMIT = 500_000;
/** Characters of JSON of one model. */
const ENTRY_LIMIT = 32_000;
/** Differing files of a model that may fit into that; more are not even serialized. */
const DIFFERENCE_LIMIT = ENTRY_LIMIT / 20;
const KEY = "verdicts";

/** The editor's storage of a workspace, outside of its folders. */
export interface Storage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface VerdictStoreServices {
  readonly registry: ModelRegistry;
  readonly storage: Storage;
  failed(error: unknown): void;
  readonly quietMs?: number;
}

/**
 * Stores the last verdicts across a reload of the window. A restored verdict is `stale` until a check confirms it, as
 * files may have changed in between. Subscribes to the registry before the code that checks new models: a model with a
 * stored verdict is not new.
 */
export class VerdictStore {
  readonly #services: VerdictStoreServices;
  readonly #subscription: { dispose(): void };
  /** Stored verdicts whose model was not found yet, by path; undefined before {@link load}. */
  #pending: Map<string, Verdict> | undefined;
  #stored = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(services: VerdictStoreServices) {
    this.#services = services;
    this.#subscription = services.registry.onDidChange(({ paths, progress }) => {
      if (progress) return;
      for (const path of paths) this.#restore(path);
      this.#storeLater();
    });
  }

  /** Reads the stored verdicts, before the first search. Until then nothing is restored or stored. */
  async load(): Promise<void> {
    const stored = this.#services.storage.get(KEY);
    const entries: readonly unknown[] = Array.isArray(stored) ? stored.slice(0, MODEL_LIMIT) : [];
    const verdicts =
      entries.length === 0 ? [] : entries.map((await import("./stored-verdict-schema.ts")).parseStoredVerdict);
    this.#pending = new Map(verdicts.flatMap((verdict) => (verdict === undefined ? [] : [[verdict.model, verdict]])));
    for (const { path } of this.#services.registry.models) this.#restore(path);
  }

  dispose(): void {
    this.#subscription.dispose();
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#store();
  }

  #restore(path: string): void {
    const { registry } = this.#services;
    const stored = this.#pending?.get(path);
    const model = registry.get(path);
    if (stored === undefined || model === undefined) return;
    this.#pending?.delete(path);
    const { verdict } = model;
    const isNew = verdict.state === "unchecked" && verdict.signer === undefined;
    if (!isNew || !signaturePaths(verdict).includes(stored.signature ?? "")) return;
    const { signatures } = verdict;
    const several = signatures && { signatures };
    // The signature is verified anyway; the failure stands only where that cannot be decided.
    if (stored.state === "invalid") registry.update(path, verdict, { before: stored });
    else registry.update(path, { ...stored, ...several, state: "stale", staleBecause: "restart" }, { before: stored });
  }

  #storeLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#store(), this.#services.quietMs ?? QUIET_MS);
    this.#timer.unref();
  }

  #store(): void {
    this.#timer = undefined;
    if (this.#pending === undefined) return;
    const { registry, storage, failed } = this.#services;
    const known = registry.models.map(({ verdict, before }) => before ?? verdict);
    const all = [...known, ...this.#pending.values()];
    const entries: string[] = [];
    let size = 0;
    for (const verdict of all.sort(latestFirst)) {
      const entry = storedForm(verdict);
      if (entry === undefined) continue;
      size += entry.length;
      if (entries.length === MODEL_LIMIT || size > TOTAL_LIMIT) break;
      entries.push(entry);
    }
    const text = `[${entries.join()}]`;
    if (text === this.#stored) return;
    this.#stored = text;
    storage.update(KEY, JSON.parse(text)).then(undefined, failed);
  }
}

/** What to store of a verdict, as JSON; undefined for one that neither rests on files nor is a failure. */
export function storedForm(verdict: Verdict): string | undefined {
  const { state, model, signature, signer, coverage, comparison, checkedAt, reading } = verdict;
  // What is not downloaded may be downloaded by then.
  if (state === "unverifiable" || (!restsOnFiles(verdict) && !isFailure(verdict))) return undefined;
  const reasons = verdict.reasons.map(({ code, message }) => ({ code, message }));
  const core = { state, model, signature, signer, reasons, checkedAt, reading };
  const isLong = comparison !== undefined && countDifferences(comparison) > DIFFERENCE_LIMIT;
  const texts = (isLong ? [core] : [{ ...core, coverage, comparison }, core]).map((entry) => JSON.stringify(entry));
  return texts.find((text) => text.length <= ENTRY_LIMIT);
}

function countDifferences({ changed, missing, added }: Comparison): number {
  return changed.length + missing.length + added.length;
}

function latestFirst({ checkedAt: a = "" }: Verdict, { checkedAt: b = "" }: Verdict): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
