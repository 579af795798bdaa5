import { HashPool } from "../../core/hashing/hash-pool.ts";
import { lowerPriority, useIdleDiskClass } from "../../engine/background-priority.ts";
import { PIECE, withoutLongLists } from "./long-lists.ts";
import {
  type FromProcess,
  packError,
  type Question,
  type TaskName,
  type TaskOptions,
  type Tasks,
  type ToProcess,
  unpackError,
} from "./messages.ts";
import { type PortableRoot, type PortableSigstore, type SigstoreQuestions, unpackTrust } from "./portable-trust.ts";

/** What every task may use. */
interface TaskHelp extends SigstoreQuestions {
  readonly pool: HashPool;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Extract<FromProcess, { type: "progress" }>["progress"]) => void;
}

type Runners = { readonly [K in TaskName]: (options: TaskOptions<K>, help: TaskHelp) => Promise<ReturnType<Tasks[K]>> };

const RUNNERS: Runners = {
  async readClaim({ signature }) {
    const { readClaim } = await import("../../core/verifier.ts");
    return readClaim(signature);
  },
  async authenticate({ trust, ...options }, help) {
    const { authenticate } = await import("../../core/verify.ts");
    return authenticate({ ...options, trust: unpackTrust(trust, help) });
  },
  async verify({ trust, ...options }, { pool, signal, onProgress, ...help }) {
    const { verify } = await import("../../core/verify.ts");
    return verify({ ...options, pool, signal, onProgress, trust: unpackTrust(trust, help) });
  },
  async inspect({ signature }) {
    const { inspect } = await import("../../core/inspect.ts");
    return inspect(signature);
  },
  async buildManifest(options, { pool, signal, onProgress }) {
    const { buildManifest } = await import("../../core/digest.ts");
    const { manifest, coverage } = await buildManifest({ ...options, pool, signal, onProgress });
    return { manifest, coverage };
  },
  async prepare(options, { pool, signal, onProgress }) {
    const { prepareStatement } = await import("../../core/sign.ts");
    return prepareStatement({ ...options, pool, signal, onProgress });
  },
  async sign(options, { pool, signal, onProgress }) {
    const { sign } = await import("../../core/sign.ts");
    return sign({ ...options, pool, signal, onProgress });
  },
};

interface Asked {
  readonly id: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Milliseconds after which the process steps back at the disk, too: short work is over before that matters. */
const DISK_CLASS_MS = 500;

/** The inside of the process that does what would hold the extension host up. */
export function serveChecks(): void {
  if (process.send === undefined) throw new Error("the checking process is started by its client");
  // Before any other thread starts: it takes the priority of the one that starts it.
  lowerPriority();
  setTimeout(useIdleDiskClass, DISK_CLASS_MS).unref();
  let server: TaskServer | undefined;
  process.on("message", (message: ToProcess) => {
    if (message.type === "configure") server = new TaskServer(new HashPool({ cache: message.cache }));
    else server?.hear(message);
  });
  process.on("disconnect", () => void Promise.resolve(server?.dispose()).finally(() => process.exit(0)));
  // Ctrl-C reaches the whole group of a terminal; what follows from it is the client's to say.
  process.on("SIGINT", () => {});
}

class TaskServer {
  readonly #pool: HashPool;
  readonly #running = new Map<number, AbortController>();
  /** Long lists of results that were told and not fetched yet. */
  readonly #unsent = new Map<number, readonly (readonly unknown[])[]>();
  readonly #asked = new Map<number, Asked>();
  #asks = 0;

  constructor(pool: HashPool) {
    this.#pool = pool;
  }

  /** What is under way is cancelled: nobody is left to hear of it. */
  async dispose(): Promise<void> {
    for (const abort of this.#running.values()) abort.abort();
    await this.#pool.dispose();
  }

  hear(message: Exclude<ToProcess, { type: "configure" }>): void {
    switch (message.type) {
      case "run":
        void this.#run(message.id, message.task, message.options);
        return;
      case "cancel":
        this.#running.get(message.id)?.abort();
        this.#unsent.delete(message.id);
        return;
      case "piece":
        this.#sendPiece(message);
        return;
      case "answer": {
        const asked = this.#asked.get(message.ask);
        this.#asked.delete(message.ask);
        if (message.error === undefined) asked?.resolve(message.value);
        else asked?.reject(unpackError(message.error));
        return;
      }
    }
  }

  async #run<K extends TaskName>(id: number, task: K, options: TaskOptions<K>): Promise<void> {
    const abort = new AbortController();
    this.#running.set(id, abort);
    const help: TaskHelp = {
      pool: this.#pool,
      signal: abort.signal,
      onProgress: (progress) => this.#send({ type: "progress", id, progress }),
      sigstore: () => this.#ask<PortableSigstore>(id, "sigstore"),
      newer: () => this.#ask<PortableRoot | undefined>(id, "newer"),
    };
    try {
      const run: Runners[K] = RUNNERS[task];
      const { result, lists, contents } = withoutLongLists(await run(options, help));
      if (lists.length > 0 && !abort.signal.aborted) this.#unsent.set(id, contents);
      this.#send({ type: "done", id, result, lists });
    } catch (error) {
      this.#send({ type: "failed", id, error: packError(error) });
    } finally {
      this.#running.delete(id);
      for (const [ask, asked] of this.#asked) if (asked.id === id) this.#asked.delete(ask);
    }
  }

  /** @returns what the side that gave the task answers: its type is known by the question */
  #ask<T>(id: number, question: Question): Promise<T> {
    const ask = this.#asks++;
    return new Promise<T>((resolve, reject) => {
      this.#asked.set(ask, { id, resolve: (value) => resolve(value as T), reject });
      this.#send({ type: "ask", id, ask, question });
    });
  }

  #sendPiece({ id, list, from }: Extract<ToProcess, { type: "piece" }>): void {
    const contents = this.#unsent.get(id);
    const items = contents?.[list]?.slice(from, from + PIECE) ?? [];
    const isLast =
      contents !== undefined && list === contents.length - 1 && from + PIECE >= (contents[list]?.length ?? 0);
    if (isLast) this.#unsent.delete(id);
    this.#send({ type: "piece", id, items });
  }

  #send(message: FromProcess): void {
    // A client that is gone needs no answer: `disconnect` ends this process.
    process.send?.(message, undefined, undefined, () => {});
  }
}
