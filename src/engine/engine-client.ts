import { ProvenanceError, throwIfCancelled } from "../core/errors.ts";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import { type ChildOptions, EngineChild } from "./engine-child.ts";
import { frozen, listAt } from "./long-lists.ts";
import { packError, unpackError } from "./portable-error.ts";
import type { CallName, CallOptions, CallResult, FromEngine, Question, ToEngine } from "./protocol.ts";

/** Milliseconds with nothing to do after which the process ends. */
const IDLE_MS = 30_000;
/** How often a call is repeated after the process died. */
const RETRIES = 1;
/** Milliseconds that a cancelled call may continue before the process is killed. */
const CANCEL_MS = 30_000;

export interface ClientOptions extends ChildOptions {
  readonly idleMs?: number;
  readonly cancelMs?: number;
}

/** The part of a call that stays with the caller. */
export interface CallerSide {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DigestProgress) => void) | undefined;
  readonly answer?: ((question: Question) => Promise<unknown>) | undefined;
  /** Rejects at once when it is cancelled; how the call ends is ignored. */
  readonly leaveAtOnce?: boolean;
  /** Has no effect on the disk, and is repeated when the process dies. */
  readonly mayRepeat?: boolean;
}

interface Pending extends CallerSide {
  readonly message: Extract<ToEngine, { type: "call" }>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** How often the process died while it worked on the call. */
  deaths: number;
  /** Takes the next piece of a long list, while they are fetched. */
  takePiece?: (items: readonly unknown[]) => void;
}

/**
 * Calls the engine process, which starts with the first call and ends when there is none for a while. When it dies, the
 * calls that may be repeated are sent to a new process one after the other, so that a call that kills the process again
 * fails alone, with the reason.
 */
export class EngineClient {
  readonly #options: ClientOptions;
  readonly #pending = new Map<number, Pending>();
  /** Calls that were running when a process died, the next to repeat first. */
  #suspects: Pending[] = [];
  /** The one of them that is being repeated. */
  #suspect: Pending | undefined;
  /** Timers that kill the process unless the cancelled call ends; they do nothing to a process that is gone. */
  readonly #cancelled = new Map<number, NodeJS.Timeout>();
  #child: EngineChild | undefined;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 0;
  #disposed = false;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Of the current process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @throws ProvenanceError of the call, `CANCELLED`, or `INTERNAL` where the process died */
  async call<K extends CallName>(call: K, options: CallOptions<K>, side: CallerSide = {}): Promise<CallResult<K>> {
    const { signal } = side;
    throwIfCancelled(signal);
    if (this.#disposed) throw cancelled();
    const id = this.#nextId++;
    const cancel = (): void => this.#cancel(id);
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const result = await new Promise<unknown>((resolve, reject) => {
        // Its type is that of the call: see `ToEngine`.
        const message = { type: "call", id, call, options } as Pending["message"];
        const pending: Pending = { ...side, message, resolve, reject, deaths: 0 };
        this.#pending.set(id, pending);
        this.#started().send(message);
      });
      // Both sides are built from the same sources.
      return result as CallResult<K>;
    } catch (error) {
      // What cannot be copied was never sent.
      this.#settle(id);
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Ends the process. Calls under way reject with `CANCELLED`. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const pending = [...this.#pending.keys()].flatMap((id) => this.#settle(id) ?? []);
    for (const { reject } of pending) reject(cancelled());
    await this.#end();
  }

  #started(): EngineChild {
    clearTimeout(this.#idle);
    if (this.#child !== undefined) return this.#child;
    const child: EngineChild = new EngineChild(
      this.#options,
      (message) => this.#receive(message),
      (reason) => this.#died(child, reason),
    );
    this.#child = child;
    return child;
  }

  #receive(message: FromEngine): void {
    if (message.type === "done" || message.type === "failed") this.#ended(message.id);
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.type === "progress") pending.onProgress?.(message.progress);
    else if (message.type === "ask") void this.#answer(message, pending);
    else if (message.type === "piece") pending.takePiece?.(message.items);
    else if (message.type === "failed") this.#settle(message.id)?.reject(unpackError(message.error));
    else this.#fetchLists(message, pending).catch((error: Error) => this.#settle(message.id)?.reject(error));
  }

  /** A piece at a time, so that other work runs in between. */
  async #fetchLists({ id, result, lists }: Extract<FromEngine, { type: "done" }>, pending: Pending): Promise<void> {
    for (const [list, { path, length }] of lists.entries()) {
      const items = listAt(result, path);
      while (items.length < length) {
        const piece = await new Promise<readonly unknown[]>((resolve) => {
          pending.takePiece = resolve;
          this.#child?.send({ type: "piece", id, list, from: items.length });
        });
        if (piece.length === 0) throw cancelled(pending.signal?.reason);
        items.push(...piece.map(frozen));
      }
      // Freezing a whole list at once would block for too long.
      Object.freeze(items);
    }
    this.#settle(id)?.resolve(result);
  }

  async #answer({ ask, question }: Extract<FromEngine, { type: "ask" }>, { answer }: Pending): Promise<void> {
    const child = this.#child;
    try {
      child?.send({ type: "answer", ask, value: await answer?.(question) });
    } catch (error) {
      child?.send({ type: "answer", ask, error: packError(error) });
    }
  }

  #cancel(id: number): void {
    const pending = this.#pending.get(id);
    const child = this.#child;
    if (pending === undefined) return;
    child?.send({ type: "cancel", id });
    // Where its result is being fetched, the engine no longer works on it.
    if (child !== undefined && pending.takePiece === undefined) {
      const stuck = setTimeout(() => child.kill(), this.#options.cancelMs ?? CANCEL_MS).unref();
      this.#cancelled.set(id, stuck);
    }
    if (pending.leaveAtOnce === true || this.#suspects.includes(pending)) {
      this.#settle(id)?.reject(cancelled(pending.signal?.reason));
    }
  }

  /** The engine no longer works on the call. */
  #ended(id: number): void {
    clearTimeout(this.#cancelled.get(id));
    this.#cancelled.delete(id);
    this.#endWhenIdle();
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending !== undefined) this.#suspects = this.#suspects.filter((suspect) => suspect !== pending);
    if (pending !== undefined && this.#suspect === pending) {
      this.#suspect = undefined;
      this.#nextSuspect();
    }
    this.#endWhenIdle();
    return pending;
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle);
    if (this.#child === undefined || this.#pending.size > 0) return;
    this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs ?? IDLE_MS).unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    await child?.retire();
  }

  #died(child: EngineChild, reason: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    clearTimeout(this.#idle);
    this.#suspect = undefined;
    for (const [id, pending] of [...this.#pending]) {
      // It was waiting to be repeated.
      if (this.#suspects.includes(pending)) continue;
      pending.deaths++;
      if (pending.signal?.aborted === true) this.#settle(id)?.reject(cancelled(pending.signal.reason));
      else if (pending.mayRepeat === true && pending.deaths <= RETRIES) this.#suspects.push(pending);
      else this.#settle(id)?.reject(engineDied(reason, pending.deaths));
    }
    this.#nextSuspect();
  }

  #nextSuspect(): void {
    if (this.#suspect !== undefined || this.#disposed) return;
    this.#suspect = this.#suspects.shift();
    if (this.#suspect !== undefined) this.#started().send(this.#suspect.message);
  }
}

/** `details.engine` distinguishes this from other internal errors. */
function engineDied(reason: string, deaths: number): ProvenanceError {
  const what = deaths > 1 ? `The engine ended ${deaths} times while it worked on this` : "The engine ended";
  return new ProvenanceError("INTERNAL", `${what}: ${reason}. Try again.`, { details: { engine: reason } });
}

function cancelled(cause?: unknown): ProvenanceError {
  return new ProvenanceError("CANCELLED", "Cancelled.", { cause });
}
