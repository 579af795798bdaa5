import os from "node:os";
import { HashPool } from "../core/hashing/hash-pool.ts";
import { untilAborted } from "../core/until-aborted.ts";
import { type CallContext, HANDLERS, type Handlers } from "./handlers.ts";
import { PIECE, withoutLongLists } from "./long-lists.ts";
import { packError, unpackError } from "./portable-error.ts";
import type { CallName, CallOptions, FromEngine, Question, ToEngine } from "./protocol.ts";

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Serves the calls of the client, in the engine process. */
export function serveEngine(): void {
  if (process.send === undefined) throw new Error("The engine can only be started by its client.");
  lowerPriority();
  const [, , cache] = process.argv;
  const server = new EngineServer(new HashPool({ cache }));
  process.on("message", (message: ToEngine) => server.receive(message));
  process.on("disconnect", () => void server.dispose().finally(() => process.exit(0)));
  // Ctrl-C reaches all processes of a terminal; the client decides what follows.
  process.on("SIGINT", () => {});
}

class EngineServer {
  readonly #pool: HashPool;
  readonly #running = new Map<number, AbortController>();
  /** Long lists of results that were not fetched yet. */
  readonly #unsent = new Map<number, readonly (readonly unknown[])[]>();
  readonly #asked = new Map<number, Asked>();
  #asks = 0;

  constructor(pool: HashPool) {
    this.#pool = pool;
  }

  /** Cancels the calls under way. */
  async dispose(): Promise<void> {
    for (const abort of this.#running.values()) abort.abort();
    await this.#pool.dispose();
  }

  receive(message: ToEngine): void {
    if (message.type === "call") void this.#run(message.id, message.call, message.options);
    else if (message.type === "piece") this.#sendPiece(message);
    else if (message.type === "cancel") {
      this.#running.get(message.id)?.abort();
      this.#unsent.delete(message.id);
    } else {
      const asked = this.#asked.get(message.ask);
      this.#asked.delete(message.ask);
      if (message.error === undefined) asked?.resolve(message.value);
      else asked?.reject(unpackError(message.error));
    }
  }

  async #run<K extends CallName>(id: number, call: K, options: CallOptions<K>): Promise<void> {
    const abort = new AbortController();
    this.#running.set(id, abort);
    const context: CallContext = {
      pool: this.#pool,
      signal: abort.signal,
      onProgress: (progress) => this.#send({ type: "progress", id, progress }),
      // The caller of a call that is cancelled does not answer any more.
      ask: (question) => untilAborted(this.#ask(id, question), abort.signal),
    };
    try {
      const handler: Handlers[K] = HANDLERS[call];
      const { result, lists, contents } = withoutLongLists(await handler(options, context));
      if (lists.length > 0 && !abort.signal.aborted) this.#unsent.set(id, contents);
      this.#send({ type: "done", id, result, lists });
    } catch (error) {
      this.#send({ type: "failed", id, error: packError(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  #ask(id: number, question: Question): Promise<unknown> {
    const ask = this.#asks++;
    return new Promise((resolve, reject) => {
      this.#asked.set(ask, { resolve, reject });
      this.#send({ type: "ask", id, ask, question });
    });
  }

  #sendPiece({ id, list, from }: Extract<ToEngine, { type: "piece" }>): void {
    const contents = this.#unsent.get(id);
    const items = contents?.[list]?.slice(from, from + PIECE) ?? [];
    const isLast =
      contents !== undefined && list === contents.length - 1 && from + PIECE >= (contents[list]?.length ?? 0);
    if (isLast) this.#unsent.delete(id);
    this.#send({ type: "piece", id, items });
  }

  #send(message: FromEngine): void {
    // Errors are ignored: `disconnect` ends this process.
    process.send?.(message, undefined, undefined, () => {});
  }
}

/** Costs nothing on an idle machine, and yields on a busy one. */
const LOW_PRIORITY = 10;

/**
 * Lowers the processor priority of this process. On Linux a priority belongs to a thread and is inherited by the threads
 * that it starts, so this runs before those that hash. Where it is not allowed, the process keeps its priority.
 */
function lowerPriority(): void {
  try {
    os.setPriority(LOW_PRIORITY);
  } catch {
    // It cannot be changed.
  }
}
