import { availableParallelism } from "node:os";
import { ProvenanceError, throwIfCancelled } from "../errors.ts";
import { DigestCollector } from "./digest-collector.ts";
import type { DigestEngine, DigestOptions, DigestRequest, DigestResult } from "./digest-engine.ts";
import { faultError, hasherFailed } from "./fault-error.ts";
import { packFiles } from "./file-chunk.ts";
import { type ChildOptions, HasherChild } from "./hasher-child.ts";
import { type Measure, measureRequest, usefulThreads } from "./measure.ts";
import type { FromHasher, HasherSettings } from "./protocol.ts";

export interface EngineOptions extends ChildOptions, Partial<HasherSettings> {
  /** Milliseconds with nothing to do after which the process ends. */
  readonly idleMs?: number;
  /** Milliseconds of pause before each new start after a crash; as many starts as there are pauses. */
  readonly pausesMs?: readonly number[];
  /** Milliseconds that a cancelled request may take to let go of its files; then the process is ended. */
  readonly cancelMs?: number;
}

const IDLE_MS = 30_000;
const PAUSES_MS = [100, 500, 2500];
const CANCEL_MS = 120;
/** Files of one message: about a millisecond of this thread. */
const FILES_PER_MESSAGE = 1000;

/** A digest engine in a process of its own, which starts when it is needed. */
export function createDigestEngine(options: EngineOptions = {}): DigestEngine {
  return new ChildEngine(options);
}

interface Pending {
  readonly id: number;
  readonly request: DigestRequest;
  readonly measure: Measure;
  readonly options: DigestOptions;
  readonly resolve: (result: DigestResult) => void;
  readonly reject: (error: unknown) => void;
  readonly onAbort: () => void;
  collector: DigestCollector;
  /** Runs while a cancelled request waits for the process to let go of it. */
  patience?: NodeJS.Timeout;
  /** Starts that this request has cost. */
  crashes: number;
}

class ChildEngine implements DigestEngine {
  readonly #options: EngineOptions;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #child: HasherChild | undefined;
  #restart: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  async digest(request: DigestRequest, options: DigestOptions = {}): Promise<DigestResult> {
    throwIfCancelled(options.signal);
    const measure = await measureRequest(request);
    const cached = await this.#fromCache(request, options.signal);
    if (cached !== undefined) return cached;
    throwIfCancelled(options.signal);
    if (this.#disposed) throw cancelled("the engine was disposed of");
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const pending: Pending = {
        id,
        request,
        measure,
        options,
        resolve,
        reject,
        onAbort: () => this.#abort(pending),
        collector: new DigestCollector(request),
        crashes: 0,
      };
      this.#pending.set(id, pending);
      options.signal?.addEventListener("abort", pending.onAbort, { once: true });
      clearTimeout(this.#idle);
      if (this.#restart === undefined) this.#start(pending);
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#restart);
    const child = this.#child;
    this.#child = undefined;
    if (this.#pending.size > 0) child?.kill();
    for (const pending of this.#pending.values()) this.#fail(pending, cancelled("the engine was disposed of"));
    await child?.retire();
  }

  warm(): void {
    if (this.#disposed || this.#child !== undefined || this.#restart !== undefined) return;
    this.#begin(availableParallelism());
    this.#rest();
  }

  #start(pending: Pending): void {
    this.#begin(pending.request.mode === "cached" ? 0 : usefulThreads(pending.measure));
    this.#child?.hold(true);
    if (this.#child !== undefined) void this.#send(this.#child, pending);
  }

  /** `threads`: how many will surely be needed. */
  #begin(threads: number): void {
    try {
      this.#child ??= this.#fork(threads);
    } catch (error) {
      this.#crashed(`it could not be started (${error instanceof Error ? error.message : String(error)})`);
    }
  }

  #fork(threads: number): HasherChild {
    const { workers = availableParallelism(), priority = "low", readers = "auto", cache } = this.#options;
    const settings = { workers, priority, readers, ...(cache !== undefined && { cache }) };
    const child: HasherChild = new HasherChild(
      this.#options,
      { settings, threads: Math.min(threads, workers) },
      (message) => this.#hear(message),
      (reason) => {
        if (this.#child === child) this.#crashed(reason);
      },
    );
    return child;
  }

  /** Sends the list in pieces, so that neither this thread nor the pipe has to take it all at once. */
  async #send(child: HasherChild, { id, request, measure }: Pending): Promise<void> {
    const { files, algorithm, shardSize, mode = "full", root } = request;
    await child.send({
      type: "begin",
      id,
      algorithm,
      mode,
      ...measure,
      ...(shardSize !== undefined && { shardSize }),
      ...(root !== undefined && { root }),
    });
    for (let from = 0; from < files.length; from += FILES_PER_MESSAGE) {
      if (this.#child !== child || !this.#pending.has(id)) return;
      try {
        await child.send({ type: "files", id, chunk: packFiles(files, from, from + FILES_PER_MESSAGE) });
      } catch (error) {
        const pending = this.#pending.get(id);
        if (pending !== undefined) this.#giveUp(pending, error);
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #hear(message: FromHasher): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    try {
      switch (message.type) {
        case "progress":
          this.#progress(pending, message);
          return;
        case "digests":
          pending.collector.add(message.hex);
          return;
        case "done": {
          const { bytesRead, bytesFromCache } = message;
          this.#settle(pending);
          pending.resolve({ digests: pending.collector.end(), bytesRead, bytesFromCache });
          return;
        }
        case "failed":
          this.#fail(pending, faultError(message.fault, pending.request.files));
          return;
        case "cancelled":
          this.#fail(pending, cancelled(pending.options.signal?.reason));
          return;
      }
    } catch (error) {
      this.#giveUp(pending, error instanceof RangeError ? hasherFailed(error.message, error) : error);
    }
  }

  #progress({ options, request }: Pending, message: Extract<FromHasher, { type: "progress" }>): void {
    const name = message.file === undefined ? undefined : request.files[message.file]?.name;
    options.onProgress?.({
      bytesDone: message.done,
      bytesTotal: message.total,
      ...(name !== undefined && { file: name }),
    });
  }

  /** Asks the process to let go of the request's files; one that does not answer in time is ended. */
  #abort(pending: Pending): void {
    const child = this.#child;
    if (child === undefined) {
      this.#fail(pending, cancelled(pending.options.signal?.reason));
      return;
    }
    void child.send({ type: "cancel", id: pending.id });
    pending.patience = setTimeout(() => {
      this.#fail(pending, cancelled(pending.options.signal?.reason));
      if (this.#child === child) this.#replace(child);
    }, this.#options.cancelMs ?? CANCEL_MS);
  }

  /** An error on this side: the process is told to stop, and the caller hears of it at once. */
  #giveUp(pending: Pending, error: unknown): void {
    void this.#child?.send({ type: "cancel", id: pending.id });
    this.#fail(pending, error);
  }

  /** Ends a process that is stuck for one request, and goes on with the others in a new one. */
  #replace(stuck: HasherChild): void {
    this.#child = undefined;
    stuck.kill();
    this.#resume();
  }

  #crashed(reason: string): void {
    this.#child = undefined;
    const pauses = this.#options.pausesMs ?? PAUSES_MS;
    let pause = 0;
    for (const pending of this.#pending.values()) {
      if (pending.options.signal?.aborted === true) {
        this.#fail(pending, cancelled(pending.options.signal.reason));
        continue;
      }
      const next = pauses[pending.crashes++];
      if (next === undefined) this.#fail(pending, hasherFailed(`${reason}. It was started ${pauses.length + 1} times`));
      else pause = Math.max(pause, next);
    }
    if (this.#pending.size > 0) this.#restart = setTimeout(() => this.#resume(), pause);
  }

  /** Takes every request up again, from its beginning. */
  #resume(): void {
    this.#restart = undefined;
    for (const pending of this.#pending.values()) {
      if (this.#restart !== undefined) return;
      pending.collector = new DigestCollector(pending.request);
      this.#start(pending);
    }
  }

  #fail(pending: Pending, error: unknown): void {
    this.#settle(pending);
    pending.reject(error);
  }

  #settle(pending: Pending): void {
    this.#pending.delete(pending.id);
    clearTimeout(pending.patience);
    pending.options.signal?.removeEventListener("abort", pending.onAbort);
    if (this.#pending.size > 0 || this.#disposed) return;
    clearTimeout(this.#restart);
    this.#restart = undefined;
    this.#rest();
  }

  async #fromCache(request: DigestRequest, signal: AbortSignal | undefined): Promise<DigestResult | undefined> {
    const { root, mode } = request;
    const { cache } = this.#options;
    if (mode !== "cached" || root === undefined || cache === undefined) return undefined;
    const { answerFromCache } = await import("./answer-from-cache.ts");
    const { DigestCache } = await import("./digest-cache.ts");
    return answerFromCache(new DigestCache(cache.directory, cache.maxBytes), { ...request, root }, signal);
  }

  /** With nothing to do, the process keeps this one from nothing, and ends after a while. */
  #rest(): void {
    this.#child?.hold(false);
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      void this.#child?.retire();
      this.#child = undefined;
    }, this.#options.idleMs ?? IDLE_MS).unref();
  }
}

function cancelled(cause: unknown): ProvenanceError {
  return new ProvenanceError("CANCELLED", "Cancelled.", { cause });
}
