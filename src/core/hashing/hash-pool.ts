import { availableParallelism } from "node:os";
import type { Worker, WorkerOptions } from "node:worker_threads";
import { ProvenanceError, throwIfCancelled } from "../errors.ts";
import { untilAborted } from "../until-aborted.ts";
import { CacheSession } from "./cache-session.ts";
import { DigestCache } from "./digest-cache.ts";
import {
  checkRequest,
  type DigestOptions,
  type DigestRequest,
  type DigestResult,
  digestsOf,
} from "./digest-request.ts";
import { hashingFailed, readError } from "./file-read-error.ts";
import { type HashPlan, planJobs } from "./hash-plan.ts";
import { HashRun, type RunData } from "./hash-run.ts";
import { type FailedFile, runJobs } from "./run-jobs.ts";

export interface PoolOptions {
  /** Worker threads at most; one a core, if absent. With 0 everything is read on the calling thread. */
  readonly workers?: number;
  /** Absolute path of the folder where digests are kept; absent: nowhere. */
  readonly cache?: string | undefined;
  /** Of each worker thread. */
  readonly threads?: WorkerOptions;
}

/** Below both, starting a thread takes longer than reading. */
const SMALL_RUN = { files: 256, bytes: 16 * 1024 * 1024 };
/** Work that is worth starting a thread, which takes some ten milliseconds. */
const PER_THREAD = { files: 1000, bytes: 16 * 1024 * 1024 };
/** Milliseconds of work on the calling thread at a stretch. */
const SLICE_MS = 10;
/** Ten a second. */
const PROGRESS_MS = 100;
/** Milliseconds after a stop before busy threads are terminated. */
const STOP_MS = 120;

/**
 * Hashes files on worker threads, which start when there is enough to read and serve one request after the other.
 * Any number of requests may be under way.
 */
export class HashPool {
  readonly #limit: number;
  readonly #threadOptions: WorkerOptions;
  readonly #cache: DigestCache | undefined;
  readonly #idle: HashThread[] = [];
  #busy = 0;
  readonly #runs = new Map<HashRun, () => void>();
  readonly #settling = new Set<Promise<unknown>>();
  /** The latest request by model, algorithm and shard size, until its digests are in the cache. */
  readonly #latest = new Map<string, Promise<unknown>>();
  #disposed = false;

  constructor({ workers = availableParallelism(), cache, threads = {} }: PoolOptions = {}) {
    this.#limit = workers;
    this.#threadOptions = threads;
    this.#cache = cache === undefined ? undefined : new DigestCache(cache);
  }

  /** Starts the threads for this number of files, while the caller still lists them. */
  expect(files: number): void {
    const wanted = Math.min(this.#limit - this.#busy, Math.floor(files / PER_THREAD.files));
    while (this.#idle.length < wanted) this.#idle.push(new HashThread(this.#threadOptions));
  }

  /**
   * Turns files into digests. A request that may use the cache waits for an earlier one of the same model, so that no file is
   * read twice.
   *
   * @throws ProvenanceError `FILE_CHANGED` (a file is not as listed, at any moment before its last byte was read),
   *   `FILE_UNREADABLE` (name, offset), `HASHER_FAILED`, `USAGE` or `CANCELLED`
   */
  async digest(request: DigestRequest, options: DigestOptions = {}): Promise<DigestResult> {
    throwIfCancelled(options.signal);
    this.#assertOpen();
    checkRequest(request);
    const { algorithm, shardSize, root, mode } = request;
    const key = `${algorithm} ${shardSize ?? "-"} ${root ?? ""}`;
    const earlier = mode === "cached" && root !== undefined ? this.#latest.get(key) : undefined;
    if (earlier !== undefined) {
      await untilAborted(Promise.allSettled([earlier]), options.signal);
      this.#assertOpen();
    }
    const session = new CacheSession(this.#cache, request);
    const plan = planJobs(request, (file) => !session.known.has(file));
    const run = HashRun.create(request, plan);
    const done = this.#perform(run, request, session.bytesKnown, options);
    const settled = done.then(
      () => session.save(run),
      () => session.save(run),
    );
    this.#settling.add(settled);
    if (this.#cache !== undefined && root !== undefined) this.#latest.set(key, settled);
    void settled.finally(() => {
      this.#settling.delete(settled);
      if (this.#latest.get(key) === settled) this.#latest.delete(key);
    });
    await done;
    return { digests: collect(request, run, session.known), bytesRead: plan.bytes, bytesFromCache: session.bytesKnown };
  }

  /** Ends all threads. Requests under way reject with `CANCELLED`. Resolves when the cache is written. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const stop of this.#runs.values()) stop();
    while (this.#settling.size > 0) await Promise.allSettled(this.#settling);
    for (const thread of this.#idle.splice(0)) thread.terminate();
  }

  #assertOpen(): void {
    if (this.#disposed) throw new ProvenanceError("CANCELLED", "Cancelled.", { cause: "the pool was disposed of" });
  }

  async #perform(run: HashRun, request: DigestRequest, bytesKnown: number, options: DigestOptions): Promise<void> {
    const { plan } = run.data;
    const { signal, onProgress } = options;
    const threads = this.#threadsFor(plan);
    let failure: unknown;
    let patience: NodeJS.Timeout | undefined;
    const stop = (): void => {
      run.stop();
      patience ??= setTimeout(() => {
        for (const thread of threads) thread.terminate();
      }, STOP_MS);
    };
    const fail = (error: unknown): void => {
      failure ??= error;
      stop();
    };
    const bytesTotal = bytesKnown + plan.bytes;
    let reported = -1;
    const report = (): void => {
      const { bytes, file } = run.progress;
      if (bytes === reported) return;
      reported = bytes;
      const name = file === undefined ? undefined : request.files[file]?.name;
      try {
        onProgress?.({ bytesDone: bytesKnown + bytes, bytesTotal, ...(name !== undefined && { file: name }) });
      } catch (error) {
        fail(error);
      }
    };
    const ticking = onProgress && setInterval(report, PROGRESS_MS);
    signal?.addEventListener("abort", stop, { once: true });
    this.#runs.set(run, stop);
    const end = (failed: FailedFile | undefined): void => {
      if (failed !== undefined) fail(readErrorOf(failed, request));
    };
    this.#busy += threads.length;
    try {
      const works = threads.length === 0 ? [runHere(run)] : threads.map((thread) => thread.run(run.data));
      await Promise.all(works.map((work) => work.then(end, fail)));
      throwIfCancelled(signal);
      this.#assertOpen();
      if (failure !== undefined) throw failure;
    } finally {
      this.#busy -= threads.length;
      this.#idle.push(...threads.filter(({ isAlive }) => isAlive));
      clearInterval(ticking);
      clearTimeout(patience);
      signal?.removeEventListener("abort", stop);
      this.#runs.delete(run);
    }
  }

  /** As many as there is work for. A run that begins while all are busy gets one more. */
  #threadsFor(plan: HashPlan): HashThread[] {
    if (this.#limit === 0 || isSmall(plan)) return [];
    const useful = Math.ceil(Math.max(plan.files / PER_THREAD.files, plan.bytes / PER_THREAD.bytes));
    const free = Math.max(1, this.#limit - this.#busy);
    const count = Math.min(useful, plan.jobs.length / 3, free);
    const idle = this.#idle.splice(0).filter(({ isAlive }) => isAlive);
    const threads = idle.splice(0, count);
    this.#idle.push(...idle);
    while (threads.length < count) threads.push(new HashThread(this.#threadOptions));
    return threads;
  }
}

function isSmall({ files, bytes }: HashPlan): boolean {
  return files <= SMALL_RUN.files && bytes <= SMALL_RUN.bytes;
}

function readErrorOf({ file, failure }: FailedFile, request: DigestRequest) {
  const listed = request.files[file];
  return listed === undefined ? hashingFailed("a file that is not in the list") : readError(failure, listed);
}

function collect({ files, shardSize }: DigestRequest, run: HashRun, known: ReadonlyMap<number, string>): string[][] {
  return files.map(({ size }, file) => {
    const hex = known.get(file) ?? run.hex(file);
    const count = digestsOf(size, shardSize);
    const width = count === 0 ? 0 : hex.length / count;
    return count === 1 ? [hex] : Array.from({ length: count }, (_, at) => hex.slice(at * width, (at + 1) * width));
  });
}

/** On the calling thread. */
async function runHere(run: HashRun): Promise<FailedFile | undefined> {
  try {
    return await runJobs(run, { sliceMs: SLICE_MS, readsAhead: !isSmall(run.data.plan) });
  } catch (error) {
    throw hashingFailed(messageOf(error), error);
  }
}

/** A worker thread of the pool. It keeps the process alive only while it works. */
class HashThread {
  readonly #worker: Worker;
  #crash: ProvenanceError | undefined;
  #work: PromiseWithResolvers<FailedFile | undefined> | undefined;

  constructor(options: WorkerOptions) {
    // Not imported: few files are read without a thread, and the module takes some milliseconds to load.
    const threads = process.getBuiltinModule("node:worker_threads");
    // Options of this process (`--input-type`, `--import`…) are not meant for its threads.
    this.#worker = new threads.Worker(workerFile(), { name: "hash", execArgv: [], ...options });
    this.#worker.unref();
    this.#worker.on("message", (failed: FailedFile | undefined) => this.#end()?.resolve(failed));
    this.#worker.on("error", (error) => this.#crashed(messageOf(error), error));
    this.#worker.on("exit", (code) => this.#crashed(`a worker thread ended with status ${code}`));
  }

  get isAlive(): boolean {
    return this.#crash === undefined;
  }

  /**
   * Works for the run until it has no more jobs; one run at a time.
   *
   * @throws ProvenanceError HASHER_FAILED where the thread crashed, or is stopped
   */
  async run(run: RunData): Promise<FailedFile | undefined> {
    if (this.#crash !== undefined) throw this.#crash;
    this.#work = Promise.withResolvers();
    this.#worker.ref();
    this.#worker.postMessage(run);
    return this.#work.promise;
  }

  /** Terminates the thread without waiting for a pending read. */
  terminate(): void {
    this.#crashed("a worker thread was stopped");
    void this.#worker.terminate();
  }

  #crashed(reason: string, cause?: unknown): void {
    this.#crash ??= hashingFailed(reason, cause);
    this.#end()?.reject(this.#crash);
  }

  #end(): PromiseWithResolvers<FailedFile | undefined> | undefined {
    const work = this.#work;
    this.#work = undefined;
    this.#worker.unref();
    return work;
  }
}

/** Beside this file and with its extension, in the sources as in the bundles. */
function workerFile(): URL {
  return new URL(`hash-worker${/\.\w+$/.exec(import.meta.url)?.[0] ?? ".js"}`, import.meta.url);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
