import { type ErrorCode, ProvenanceError } from "../core/errors.ts";
import type { DigestMode, DigestProgress } from "../core/hashing/digest-request.ts";
import type { Verdict } from "../core/verdict.ts";
import type { CheckDepth } from "../engine/check-model.ts";
import { CheckQueue, type Job } from "./check-queue.ts";
import { lastReached, ModelReader, type ReaderServices } from "./model-reader.ts";
import { type KnownModel, restsOnFiles } from "./registry.ts";
import { standingVerdict } from "./standing-verdict.ts";

export interface CheckerServices extends ReaderServices {
  /** Whether files that nobody asked for have to wait. {@link Checker.pauseChanged} tells that it changed. */
  paused?(): boolean;
  log(text: string): void;
}

export interface CheckOptions {
  /** Somebody waits for it: it goes before what nobody asked for. */
  readonly asked?: boolean;
  /** Whether digests may come from the cache; `full` if not given. */
  readonly mode?: DigestMode;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DigestProgress) => void;
}

/** Checks models one at a time, those asked for first, then the smallest; what comes out goes into the registry. */
export class Checker {
  readonly #services: CheckerServices;
  readonly #queue = new CheckQueue();
  readonly #reader: ModelReader;
  readonly #asked = new Set<string>();
  #running: Job | undefined;
  /** Ends the reading of the job that runs, which then waits again. */
  #hold = new AbortController();
  #touched = false;
  /** Whom the person trusts changed under the check that runs: it is done again. */
  #outdated = false;

  constructor(services: CheckerServices) {
    this.#services = services;
    this.#reader = new ModelReader(services);
  }

  /**
   * @returns the verdict, also when it is a bad one
   * @throws `CANCELLED`, and what `verify` throws; the registry then holds what it held before
   */
  check(path: string, depth: CheckDepth, options: CheckOptions = {}): Promise<Verdict> {
    const { asked = false, mode = "full" } = options;
    // Somebody waits for the same already; what changes meanwhile makes that one end as `stale`.
    if (!asked && this.#isAskedFor(path)) return Promise.reject(cancelled());
    if (asked && depth === "files") this.#asked.add(path);
    this.#cancelUnasked(path);
    return new Promise((resolve, reject) => {
      const abort = new AbortController();
      const settle = { resolve, reject };
      const bytes = depth === "signature" || asked ? 0 : this.#knownBytes(path);
      const job: Job = { path, depth, asked, mode, abort, onProgress: options.onProgress, settle, bytes };
      const cancel = (): void => this.#cancel(job);
      if (options.signal?.aborted === true) return reject(cancelled());
      options.signal?.addEventListener("abort", cancel, { once: true });
      const release = (): void => options.signal?.removeEventListener("abort", cancel);
      abort.signal.addEventListener("abort", release, { once: true });
      this.#queue.add(job);
      if (bytes === undefined) void this.#measure(job);
      else this.#next();
    });
  }

  /** Whether somebody asked for the files of this model in this window. */
  wasAsked(path: string): boolean {
    return this.#asked.has(path);
  }

  /** Files changed. What runs for the model is no longer true: nobody's check ends, an asked one will end as `stale`. */
  touch(path: string): void {
    this.#cancelUnasked(path);
    if (this.#running?.path === path && this.#running.depth === "files") this.#touched = true;
  }

  /** Whom the person trusts, or what policies say, has changed: what runs for the model asks the old ones. */
  outdate(path: string): void {
    this.#cancelUnasked(path);
    if (this.#running?.path === path && this.#running.depth === "files") this.#outdated = true;
  }

  isChecking(path: string): boolean {
    return this.#running?.path === path && this.#running.depth === "files";
  }

  /** Whether files have to wait may have changed: what is read that nobody asked for stops, or goes on. */
  pauseChanged(): void {
    const running = this.#running;
    const reading = running !== undefined && !running.asked && running.depth === "files";
    if (reading && this.#services.paused?.() === true) this.#hold.abort();
    this.#next();
  }

  /** Whether the signature file is the very one that the last check of this model read. */
  signatureUnchanged(signature: string): Promise<boolean> {
    return this.#reader.signatureUnchanged(signature);
  }

  dispose(): void {
    for (const job of this.#queue.jobs) this.#cancel(job);
    if (this.#running !== undefined) this.#cancel(this.#running);
  }

  #isAskedFor(path: string): boolean {
    const jobs = this.#running === undefined ? this.#queue.jobs : [...this.#queue.jobs, this.#running];
    return jobs.some((job) => job.path === path && job.asked && job.depth === "files");
  }

  #cancelUnasked(path: string): void {
    for (const job of this.#queue.jobs) if (job.path === path && !job.asked) this.#cancel(job);
    if (this.#running?.path === path && !this.#running.asked) this.#cancel(this.#running);
  }

  #cancel(job: Job): void {
    job.abort.abort();
    if (this.#queue.remove(job)) job.settle.reject(cancelled());
  }

  #knownBytes(path: string): number | undefined {
    const model = this.#services.registry.get(path);
    return (model?.before ?? model?.verdict)?.coverage?.bytes;
  }

  async #measure(job: Job): Promise<void> {
    job.bytes = await this.#services.engine.sizeHint(job.path, job.abort.signal).catch(() => 0);
    this.#next();
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#queue.take(this.#services.paused?.() === true);
    if (job === undefined) return;
    this.#running = job;
    this.#touched = false;
    this.#hold = new AbortController();
    const { signal: held } = this.#hold;
    const signal = AbortSignal.any([job.abort.signal, held]);
    const settled = (settle: () => void): void => {
      job.abort.abort();
      settle();
    };
    this.#run(job, signal)
      .finally(() => {
        this.#running = undefined;
      })
      .then(
        (verdict) => settled(() => job.settle.resolve(verdict)),
        (error: unknown) => {
          if (held.aborted && !job.abort.signal.aborted) this.#queue.add(job);
          else settled(() => job.settle.reject(error));
        },
      )
      .finally(() => this.#next());
  }

  async #run(job: Job, signal: AbortSignal): Promise<Verdict> {
    const { registry } = this.#services;
    const known = registry.get(job.path);
    if (known === undefined) throw cancelled();
    try {
      let reached: Verdict;
      do {
        this.#outdated = false;
        reached =
          job.depth === "files"
            ? await this.#reader.files(job, known, signal, () => {
                this.#touched = false;
              })
            : await this.#reader.signature(known, job.asked);
      } while (this.#outdated && !signal.aborted);
      if (signal.aborted) throw cancelled();
      const verdict = standingVerdict(known, reached);
      if (this.#touched) return this.#changedMeanwhile(job.path, verdict);
      const current = registry.get(job.path)?.verdict;
      // The signature alone takes nothing away from what was found in the files.
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
      if ((!job.asked || diedWithEngine(error)) && !signal.aborted) return this.#undecided(job.path, known, error);
      this.#restore(known);
      throw error;
    }
  }

  #changedMeanwhile(path: string, reached: Verdict): Verdict {
    const verdict: Verdict = { ...reached, state: "stale", staleBecause: "files" };
    this.#services.registry.update(path, verdict, { before: reached });
    this.#services.log(`stale: ${path}: files changed while they were read`);
    return verdict;
  }

  /** The failure becomes the verdict: it could not be decided here. */
  #undecided(path: string, known: KnownModel, error: unknown): Verdict {
    const code: ErrorCode = error instanceof ProvenanceError ? error.code : "INTERNAL";
    const details = error instanceof ProvenanceError ? error.details : {};
    const message = error instanceof Error ? error.message : String(error);
    const base = { state: "unverifiable", model: path, reasons: [{ code, message, details }] } as const;
    const { signature } = known.verdict;
    const verdict = standingVerdict(known, signature === undefined ? base : { ...base, signature });
    this.#services.registry.update(path, verdict);
    this.#services.log(`${verdict.state}: ${path}: ${message}`);
    return verdict;
  }

  /** Puts back what was known before a check that did not end, unless files changed under it. */
  #restore(known: KnownModel): void {
    if (this.#services.registry.get(known.path)?.verdict.state !== "checking") return;
    const before = lastReached(known);
    if (this.#touched && before !== undefined && before.coverage !== undefined) {
      this.#services.registry.update(known.path, { ...before, state: "stale", staleBecause: "files" }, { before });
    } else {
      this.#services.registry.update(known.path, known.verdict, { before: known.before });
    }
  }
}

/** Whether the engine ended with this check each time that it was tried. */
function diedWithEngine(error: unknown): boolean {
  return error instanceof ProvenanceError && error.code === "INTERNAL" && "engine" in error.details;
}

/** A verdict from an earlier window is `stale` until the files are read. */
function cameFromFiles(verdict: Verdict): boolean {
  return restsOnFiles(verdict) || verdict.state === "stale";
}

function reasonsText(verdict: Verdict): string {
  return verdict.reasons.length === 0 ? "" : `: ${verdict.reasons.map((reason) => reason.code).join(", ")}`;
}

function cancelled(): ProvenanceError {
  return new ProvenanceError("CANCELLED", "Cancelled.");
}
