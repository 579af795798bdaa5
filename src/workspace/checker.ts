import { type ErrorCode, ProvenanceError } from "../core/errors.ts";
import type { DigestMode, DigestOptions } from "../core/hashing/digest-request.ts";
import type { StaleCause, Verdict } from "../core/verdict.ts";
import type { CheckDepth } from "../engine/check-model.ts";
import { type Job, nextJob } from "./check-queue.ts";
import { ModelReader, type ReaderServices } from "./model-reader.ts";
import { type KnownModel, lastReached, restsOnFiles } from "./registry.ts";
import { retainFailure } from "./retained-failure.ts";

export interface CheckerServices extends ReaderServices {
  /** Whether automatic checks that read files wait. Call {@link Checker.pauseChanged} when that changes. */
  paused?(): boolean;
  log(text: string): void;
}

/** Numbers of models. */
export interface CheckProgress {
  readonly done: number;
  readonly total: number;
}

export interface CheckOptions extends DigestOptions {
  /** Requested by the user: runs before automatic checks. */
  readonly asked?: boolean;
  /** Whether digests may come from the cache; `full` if not given. */
  readonly mode?: DigestMode;
}

/** Checks one model at a time, requested ones first, then the smallest, and puts the verdicts into the registry. */
export class Checker {
  readonly #services: CheckerServices;
  readonly #waiting = new Set<Job>();
  readonly #reader: ModelReader;
  readonly #asked = new Set<string>();
  #running: Job | undefined;
  /** Interrupts the running job, which is then queued again. */
  #hold = new AbortController();
  /** Files changed while the running check read them. */
  #filesChanged = false;
  /** Trust changed during the running check, which is repeated. */
  #trustChanged = false;
  /** Why the verdict before the running check no longer stands, if so. */
  #outdated: StaleCause | undefined;
  /** Models that were to be checked since the checker was idle. */
  readonly #batch = new Set<string>();

  constructor(services: CheckerServices) {
    this.#services = services;
    this.#reader = new ModelReader(services);
  }

  /**
   * @returns the verdict, also a failure
   * @throws `CANCELLED`, and what `verify` throws; the registry then has the previous verdict
   */
  check(path: string, depth: CheckDepth, options: CheckOptions = {}): Promise<Verdict> {
    const { asked = false, mode = "full" } = options;
    if (!asked) this.#cancelUnasked(path);
    else {
      this.#asked.add(path);
      // An automatic check of the model waits, and takes place if this one is cancelled or fails.
      if (this.#running?.path === path && !this.#running.asked) this.#hold.abort();
    }
    const { signal, onProgress } = options;
    if (signal?.aborted === true) return Promise.reject(cancelled());
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    const abort = new AbortController();
    const bytes = depth === "signature" || asked ? 0 : this.#knownBytes(path);
    const job: Job = { path, depth, asked, mode, abort, onProgress, resolve, reject, bytes };
    signal?.addEventListener("abort", () => this.#cancel(job), { once: true });
    this.#waiting.add(job);
    this.#batch.add(path);
    if (bytes === undefined) void this.#measure(job);
    else this.#next();
    return promise;
  }

  /** How many of the models that are checked in one go are done; undefined while there is none left to check. */
  get progress(): CheckProgress | undefined {
    const left = new Set([...this.#waiting].map(({ path }) => path));
    const running = this.#running?.path;
    // A check that has reached its verdict still runs when the registry reports it.
    if (running !== undefined && this.#services.registry.get(running)?.verdict.state === "checking") left.add(running);
    return left.size === 0 ? undefined : { done: this.#batch.size - left.size, total: this.#batch.size };
  }

  /** Whether the user requested to read the files of this model in this window. */
  wasAsked(path: string): boolean {
    return this.#asked.has(path);
  }

  /**
   * Files of the model changed: cancels automatic checks; a requested one ends as `stale`.
   *
   * @returns whether an automatic check was cancelled
   */
  filesChanged(path: string): boolean {
    if (this.isChecking(path)) {
      this.#filesChanged = true;
      this.#outdated = "files";
    }
    return this.#cancelUnasked(path);
  }

  /** Trusted signers or policies changed: as {@link filesChanged}, but a requested check is repeated. */
  trustChanged(path: string, cause: StaleCause): boolean {
    if (this.isChecking(path)) {
      this.#trustChanged = true;
      this.#outdated ??= cause;
    }
    return this.#cancelUnasked(path);
  }

  isChecking(path: string): boolean {
    return this.#running?.path === path;
  }

  /** Interrupts or continues the automatic check that reads files. */
  pauseChanged(): void {
    const running = this.#running;
    const reading = running !== undefined && !running.asked && running.depth === "files";
    if (reading && this.#services.paused?.() === true) this.#hold.abort();
    this.#next();
  }

  /** Whether the signature file is the same that the last check of its model read. */
  signatureUnchanged(signature: string): Promise<boolean> {
    return this.#reader.signatureUnchanged(signature);
  }

  dispose(): void {
    for (const job of this.#waiting) this.#cancel(job);
    if (this.#running !== undefined) this.#cancel(this.#running);
  }

  #cancelUnasked(path: string): boolean {
    let found = false;
    for (const job of [...this.#waiting, this.#running]) {
      if (job?.path !== path || job.asked) continue;
      this.#cancel(job);
      found = true;
    }
    return found;
  }

  #cancel(job: Job): void {
    job.abort.abort();
    if (this.#waiting.delete(job)) job.reject(cancelled());
  }

  #knownBytes(path: string): number | undefined {
    const model = this.#services.registry.get(path);
    return (model?.before ?? model?.verdict)?.coverage?.bytes;
  }

  async #measure(job: Job): Promise<void> {
    const { engine } = this.#services;
    job.bytes = await engine.run("sizeHint", { model: job.path }, { signal: job.abort.signal }).catch(() => 0);
    this.#next();
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = nextJob([...this.#waiting], this.#services.paused?.() === true);
    if (job === undefined) {
      if (this.#waiting.size === 0) this.#batch.clear();
      return;
    }
    this.#waiting.delete(job);
    this.#running = job;
    this.#filesChanged = false;
    this.#outdated = undefined;
    this.#hold = new AbortController();
    const { signal: held } = this.#hold;
    const signal = AbortSignal.any([job.abort.signal, held]);
    this.#run(job, signal)
      .finally(() => {
        this.#running = undefined;
      })
      .then(job.resolve, (error: unknown) => {
        if (held.aborted && !job.abort.signal.aborted) this.#waiting.add(job);
        else job.reject(error);
      })
      .finally(() => this.#next());
  }

  async #run(job: Job, signal: AbortSignal): Promise<Verdict> {
    const { registry } = this.#services;
    const known = registry.get(job.path);
    if (known === undefined) throw cancelled();
    try {
      let reached: Verdict;
      do {
        this.#trustChanged = false;
        reached = await this.#reader.check(job, known, signal, () => {
          // Unless a search has found other signatures meanwhile.
          if (registry.get(job.path)?.verdict.state === "checking") this.#filesChanged = false;
        });
      } while (this.#trustChanged && !signal.aborted);
      if (signal.aborted) throw cancelled();
      if (job.asked) this.#cancelUnasked(job.path);
      const verdict = retainFailure(known, reached);
      if (this.#filesChanged) return this.#endAsStale(job.path, verdict);
      const current = registry.get(job.path)?.verdict;
      // A check of the signature alone does not replace a verdict about the files.
      if (job.depth === "signature" && verdict.state === "unchecked" && current && cameFromFiles(current))
        return current;
      registry.update(job.path, verdict);
      this.#services.log(`${verdict.state}: ${job.path} (${job.depth})${reasonsText(verdict)}`);
      return verdict;
    } catch (error) {
      if (error instanceof ProvenanceError && error.code === "MODEL_NOT_FOUND") {
        registry.remove(job.path);
        throw error;
      }
      if ((!job.asked || diedWithEngine(error)) && !signal.aborted)
        return this.#endAsUnverifiable(job.path, known, error);
      this.#restore(known);
      throw error;
    }
  }

  #endAsStale(path: string, reached: Verdict): Verdict {
    const verdict: Verdict = { ...reached, state: "stale", staleBecause: "files" };
    this.#services.registry.update(path, verdict, { before: reached });
    this.#services.log(`stale: ${path}: files changed while they were read`);
    return verdict;
  }

  /** Makes the error the reason of an `unverifiable` verdict. */
  #endAsUnverifiable(path: string, known: KnownModel, error: unknown): Verdict {
    const code: ErrorCode = error instanceof ProvenanceError ? error.code : "INTERNAL";
    const details = error instanceof ProvenanceError ? error.details : {};
    const message = error instanceof Error ? error.message : String(error);
    const base = { state: "unverifiable", model: path, reasons: [{ code, message, details }] } as const;
    const { signature } = known.verdict;
    const verdict = retainFailure(known, signature === undefined ? base : { ...base, signature });
    this.#services.registry.update(path, verdict);
    this.#services.log(`${verdict.state}: ${path}: ${message}`);
    return verdict;
  }

  /** Restores the verdict before a check that did not end; `stale` where files or trust changed during it. */
  #restore(known: KnownModel): void {
    const { registry } = this.#services;
    if (registry.get(known.path)?.verdict.state !== "checking") return;
    const before = lastReached(known);
    const staleBecause = this.#outdated;
    // As without a check, changed trust outdates no failure and no verdict that is outdated already.
    const { state } = known.verdict;
    const stands = staleBecause !== "files" && (state === "modified" || state === "stale");
    if (staleBecause === undefined || stands || before.coverage === undefined) {
      registry.update(known.path, known.verdict, { before: known.before });
    } else {
      registry.update(known.path, { ...before, state: "stale", staleBecause }, { before });
    }
  }
}

/** Whether the engine died with this check each time. */
function diedWithEngine(error: unknown): boolean {
  return error instanceof ProvenanceError && error.code === "INTERNAL" && "engine" in error.details;
}

/** Whether files were read for the verdict; one of an earlier window is `stale`. */
function cameFromFiles(verdict: Verdict): boolean {
  return restsOnFiles(verdict) || verdict.state === "stale";
}

function reasonsText(verdict: Verdict): string {
  return verdict.reasons.length === 0 ? "" : `: ${verdict.reasons.map((reason) => reason.code).join(", ")}`;
}

function cancelled(): ProvenanceError {
  return new ProvenanceError("CANCELLED", "Cancelled.");
}
