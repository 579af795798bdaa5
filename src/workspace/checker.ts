import { stat } from "node:fs/promises";
import { type ErrorCode, ProvenanceError } from "../core/errors.ts";
import type { DigestEngine, DigestMode, DigestProgress } from "../core/hashing/digest-engine.ts";
import type { Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import type { VerifyOptions } from "../core/verify.ts";
import type { PolicyCheck } from "./policies.ts";
import { type KnownModel, type ModelRegistry, restsOnFiles } from "./registry.ts";

/** `signature` reads no file of the model and takes milliseconds; `files` reads every byte. */
export type CheckDepth = "signature" | "files";

export interface CheckerServices {
  readonly registry: ModelRegistry;
  trust(): Promise<Trust>;
  /** Where policies cover the model, they decide, and not {@link trust}. */
  policies?(model: KnownModel, asked: boolean): Promise<PolicyCheck | undefined>;
  engine(): Promise<DigestEngine>;
  /** Makes sure that changes of the model's files are seen from now on. */
  watch(model: string, kind: KnownModel["kind"]): Promise<void>;
  /** Whether files wait to be read until somebody asks, or {@link Checker.resume} is called. */
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

interface Job {
  readonly path: string;
  readonly depth: CheckDepth;
  readonly asked: boolean;
  readonly mode: DigestMode;
  readonly abort: AbortController;
  readonly onProgress: CheckOptions["onProgress"];
  readonly settle: { resolve(verdict: Verdict): void; reject(error: unknown): void };
}

/** Checks models one at a time, those asked for first, then the smallest; what comes out goes into the registry. */
export class Checker {
  readonly #services: CheckerServices;
  readonly #waiting: Job[] = [];
  readonly #signatureFiles = new Map<string, string>();
  readonly #asked = new Set<string>();
  #running: Job | undefined;
  #touched = false;
  /** Whom the person trusts changed under the check that runs: it is done again. */
  #outdated = false;

  constructor(services: CheckerServices) {
    this.#services = services;
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
      const { onProgress } = options;
      const job: Job = { path, depth, asked, mode, abort, onProgress, settle: { resolve, reject } };
      const cancel = (): void => this.#cancel(job);
      if (options.signal?.aborted === true) return reject(cancelled());
      options.signal?.addEventListener("abort", cancel, { once: true });
      abort.signal.addEventListener("abort", () => options.signal?.removeEventListener("abort", cancel), {
        once: true,
      });
      this.#waiting.push(job);
      this.#next();
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

  /** What waited because of {@link CheckerServices.paused} may go on. */
  resume(): void {
    this.#next();
  }

  /** Whether the signature file is the very one that the last check of this model read. */
  async signatureUnchanged(path: string, signature: string): Promise<boolean> {
    const seen = this.#signatureFiles.get(path);
    return seen !== undefined && seen === (await fileIdentity(signature));
  }

  dispose(): void {
    for (const job of [...this.#waiting]) this.#cancel(job);
    if (this.#running !== undefined) this.#cancel(this.#running);
  }

  #isAskedFor(path: string): boolean {
    const jobs = this.#running === undefined ? this.#waiting : [...this.#waiting, this.#running];
    return jobs.some((job) => job.path === path && job.asked && job.depth === "files");
  }

  #cancelUnasked(path: string): void {
    for (const job of [...this.#waiting]) if (job.path === path && !job.asked) this.#cancel(job);
    if (this.#running?.path === path && !this.#running.asked) this.#cancel(this.#running);
  }

  #cancel(job: Job): void {
    job.abort.abort();
    const index = this.#waiting.indexOf(job);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    job.settle.reject(cancelled());
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#takeFirst();
    if (job === undefined) return;
    this.#running = job;
    this.#touched = false;
    this.#run(job)
      .finally(() => {
        job.abort.abort();
        this.#running = undefined;
        this.#next();
      })
      .then(job.settle.resolve, job.settle.reject);
  }

  #takeFirst(): Job | undefined {
    const asked = this.#waiting.findIndex((job) => job.asked);
    if (asked >= 0) return this.#waiting.splice(asked, 1)[0];
    const paused = this.#services.paused?.() === true;
    const ready = this.#waiting.filter(({ depth }) => !paused || depth === "signature");
    const [first] = ready.sort((a, b) => this.#weight(a) - this.#weight(b));
    if (first !== undefined) this.#waiting.splice(this.#waiting.indexOf(first), 1);
    return first;
  }

  /** Bytes to be read, as far as known. */
  #weight(job: Job): number {
    if (job.depth === "signature") return -1;
    const model = this.#services.registry.get(job.path);
    return (model?.before ?? model?.verdict)?.coverage?.bytes ?? 0;
  }

  async #run(job: Job): Promise<Verdict> {
    const { registry } = this.#services;
    const known = registry.get(job.path);
    if (known === undefined) throw cancelled();
    try {
      let verdict: Verdict;
      do {
        this.#outdated = false;
        verdict = job.depth === "files" ? await this.#readFiles(job, known) : await this.#readSignature(job, known);
      } while (this.#outdated && !job.abort.signal.aborted);
      if (job.abort.signal.aborted) throw cancelled();
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
      if (!job.asked && !job.abort.signal.aborted) return this.#failedUnasked(job.path, known, error);
      this.#restore(known);
      throw error;
    }
  }

  async #readFiles(job: Job, known: KnownModel): Promise<Verdict> {
    const { registry, trust, engine, watch } = this.#services;
    const before = settled(known);
    const { findSignature } = await import("../core/model/find-models.ts");
    const signature = await findSignature(job.path);
    const policy = await this.#services.policies?.(known, job.asked);
    if (signature === undefined && policy === undefined) return unsigned(job.path);
    const checking: Verdict = { state: "checking", model: job.path, ...(signature && { signature }), reasons: [] };
    registry.update(job.path, checking, { before });
    await watch(job.path, known.kind);
    const identity = signature === undefined ? undefined : await fileIdentity(signature);
    // From here on, late news of this very file is no news.
    if (identity !== undefined) this.#signatureFiles.set(job.path, identity);
    let percent = -1;
    const options = {
      engine: await engine(),
      mode: job.mode,
      signal: job.abort.signal,
      onProgress: (progress: DigestProgress): void => {
        if (job.abort.signal.aborted) return;
        job.onProgress?.(progress);
        const now = progress.bytesTotal === 0 ? 0 : Math.floor((progress.bytesDone / progress.bytesTotal) * 100);
        if (now === percent) return;
        percent = now;
        registry.update(job.path, checking, { before, progress });
      },
    };
    const verdict =
      policy === undefined
        ? await this.#verify({ ...options, model: job.path, signature: signature ?? "", trust: await trust() })
        : await policy.verify(options);
    return verdict;
  }

  async #verify(options: VerifyOptions): Promise<Verdict> {
    const { verify } = await import("../core/verify.ts");
    return verify(options);
  }

  async #readSignature(job: Job, known: KnownModel): Promise<Verdict> {
    const policy = await this.#services.policies?.(known, job.asked);
    if (policy !== undefined) return policy.authenticate();
    const { findSignature } = await import("../core/model/find-models.ts");
    const signature = known.verdict.signature ?? (await findSignature(job.path));
    if (signature === undefined) return unsigned(job.path);
    const { authenticate } = await import("../core/verify.ts");
    return authenticate({ model: job.path, signature, trust: await this.#services.trust() });
  }

  #changedMeanwhile(path: string, reached: Verdict): Verdict {
    const verdict: Verdict = { ...reached, state: "stale", staleBecause: "files" };
    this.#services.registry.update(path, verdict, { before: reached });
    this.#services.log(`stale: ${path}: files changed while they were read`);
    return verdict;
  }

  /** Nobody waits for an answer, so the failure becomes the verdict: it could not be decided here. */
  #failedUnasked(path: string, known: KnownModel, error: unknown): Verdict {
    const code: ErrorCode = error instanceof ProvenanceError ? error.code : "INTERNAL";
    const details = error instanceof ProvenanceError ? error.details : {};
    const message = error instanceof Error ? error.message : String(error);
    const base = { state: "unable", model: path, reasons: [{ code, message, details }] } as const;
    const verdict: Verdict =
      known.verdict.signature === undefined ? base : { ...base, signature: known.verdict.signature };
    this.#services.registry.update(path, verdict);
    this.#services.log(`unable: ${path}: ${message}`);
    return verdict;
  }

  /** Puts back what was known before a check that did not end, unless files changed under it. */
  #restore(known: KnownModel): void {
    if (this.#services.registry.get(known.path)?.verdict.state !== "checking") return;
    const before = settled(known);
    if (this.#touched && before !== undefined && before.coverage !== undefined) {
      this.#services.registry.update(known.path, { ...before, state: "stale", staleBecause: "files" }, { before });
    } else {
      this.#services.registry.update(known.path, known.verdict, { before: known.before });
    }
  }
}

/** The last verdict that was reached. */
function settled(known: KnownModel): Verdict | undefined {
  const passing = known.verdict.state === "checking" || known.verdict.state === "stale";
  return passing ? known.before : known.verdict;
}

/** A verdict from an earlier window is `stale` until the files are read. */
function cameFromFiles(verdict: Verdict): boolean {
  return restsOnFiles(verdict) || verdict.state === "stale";
}

function unsigned(model: string): Verdict {
  return { state: "unsigned", model, reasons: [] };
}

function reasonsText(verdict: Verdict): string {
  return verdict.reasons.length === 0 ? "" : `: ${verdict.reasons.map((reason) => reason.code).join(", ")}`;
}

function cancelled(): ProvenanceError {
  return new ProvenanceError("CANCELLED", "Cancelled.");
}

/** What stays the same as long as nobody writes or replaces the file; undefined if there is none. */
async function fileIdentity(path: string): Promise<string | undefined> {
  try {
    const info = await stat(path, { bigint: true });
    return [info.dev, info.ino, info.size, info.mtimeNs, info.ctimeNs].join(":");
  } catch {
    return undefined;
  }
}
