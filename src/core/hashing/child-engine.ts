import { availableParallelism } from "node:os";
import { ProvenanceError, throwIfCancelled } from "../errors.ts";
import type { DigestEngine, DigestOptions, DigestRequest, DigestResult, GrowingRequest } from "./digest-engine.ts";
import { faultError, hasherFailed } from "./fault-error.ts";
import { packFiles } from "./file-chunk.ts";
import { FilesAsFound } from "./files-as-found.ts";
import { type ChildOptions, HasherChild } from "./hasher-child.ts";
import { measureRequest, usefulThreads } from "./measure.ts";
import { type GrowingList, PendingRequest } from "./pending-request.ts";
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
/** Files of one message: half a millisecond of this thread. */
const FILES_PER_MESSAGE = 500;

/** A digest engine in a process of its own, which starts when it is needed. */
export function createDigestEngine(options: EngineOptions = {}): DigestEngine {
  return new ChildEngine(options);
}

class ChildEngine implements DigestEngine {
  readonly #options: EngineOptions;
  readonly #pending = new Map<number, PendingRequest>();
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
    const { files, ...head } = request;
    return this.#open(head, { files, measure, isComplete: true, reaches: async () => {} }, options).result;
  }

  begin(request: Omit<DigestRequest, "mode">, options: DigestOptions = {}): GrowingRequest {
    const { files, ...head } = request;
    const list = new FilesAsFound(files, request.shardSize);
    const pending = this.#open({ ...head, mode: "full" }, list, options);
    return {
      add: (file) => list.add(file),
      finish: async (files) => {
        list.complete();
        return list.inOrderOf(files, pending.result);
      },
      cancel: () => {
        if (this.#pending.has(pending.id)) this.#abort(pending);
      },
    };
  }

  #open(head: Omit<DigestRequest, "files">, list: GrowingList, options: DigestOptions): PendingRequest {
    throwIfCancelled(options.signal);
    if (this.#disposed) throw cancelled("the engine was disposed of");
    const pending = new PendingRequest(this.#nextId++, head, list, options, () => this.#abort(pending));
    this.#pending.set(pending.id, pending);
    clearTimeout(this.#idle);
    if (this.#restart === undefined) this.#start(pending);
    return pending;
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

  #start(pending: PendingRequest): void {
    const { head, list } = pending;
    const threads = usefulThreads(list.measure, !list.isComplete);
    try {
      this.#child ??= this.#fork(head.mode === "cached" ? 0 : threads);
      this.#child.hold(true);
      void this.#send(this.#child, pending);
    } catch (error) {
      this.#crashed(`it could not be started (${error instanceof Error ? error.message : String(error)})`);
    }
  }

  /** `threads`: how many will surely be needed. */
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
  async #send(child: HasherChild, pending: PendingRequest): Promise<void> {
    const { id, list, head } = pending;
    const { algorithm, shardSize, mode = "full", root } = head;
    const { files, digests, bytes } = list.measure;
    await child.send({
      type: "begin",
      id,
      algorithm,
      mode,
      ...(list.isComplete && { expected: { files, digests, bytes } }),
      ...(shardSize !== undefined && { shardSize }),
      ...(root !== undefined && { root }),
    });
    for (let from = 0; ; from += FILES_PER_MESSAGE) {
      await list.reaches(from + FILES_PER_MESSAGE);
      if (from >= list.files.length) break;
      if (this.#child !== child || !this.#pending.has(id)) return;
      try {
        await child.send({ type: "files", id, chunk: packFiles(list.files, from, from + FILES_PER_MESSAGE) });
      } catch (error) {
        this.#giveUp(pending, error);
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await child.send({ type: "complete", id, files: list.measure.files, digests: list.measure.digests });
  }

  #hear(message: FromHasher): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    try {
      switch (message.type) {
        case "progress":
          pending.progress(message);
          return;
        case "digests":
          pending.collect(message.hex);
          return;
        case "done":
          pending.done(message);
          this.#forget(pending);
          return;
        case "failed":
          this.#fail(pending, faultError(message.fault, pending.list.files));
          return;
        case "cancelled":
          this.#fail(pending, cancelled(pending.signal?.reason));
          return;
      }
    } catch (error) {
      this.#giveUp(pending, error instanceof RangeError ? hasherFailed(error.message, error) : error);
    }
  }

  /** Asks the process to let go of the request's files; one that does not answer in time is ended. */
  #abort(pending: PendingRequest): void {
    // Asked already: a second timer would outlive the answer, and end a process that is not stuck.
    if (pending.patience !== undefined) return;
    const child = this.#child;
    if (child === undefined) {
      this.#fail(pending, cancelled(pending.signal?.reason));
      return;
    }
    void child.send({ type: "cancel", id: pending.id });
    pending.patience = setTimeout(() => {
      this.#fail(pending, cancelled(pending.signal?.reason));
      if (this.#child === child) this.#replace(child);
    }, this.#options.cancelMs ?? CANCEL_MS);
  }

  /** An error on this side: the process is told to stop, and the caller hears of it at once. */
  #giveUp(pending: PendingRequest, error: unknown): void {
    if (!this.#pending.has(pending.id)) return;
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
      if (pending.signal?.aborted === true) {
        this.#fail(pending, cancelled(pending.signal.reason));
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
      pending.startOver();
      this.#start(pending);
    }
  }

  #fail(pending: PendingRequest, error: unknown): void {
    pending.fail(error);
    this.#forget(pending);
  }

  #forget(pending: PendingRequest): void {
    this.#pending.delete(pending.id);
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
