import { createDigestEngine } from "../../core/hashing/child-engine.ts";
import type { DigestEngine } from "../../core/hashing/digest-engine.ts";
import type { Replacement } from "../../core/signing/replacement.ts";
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
  readonly engine: DigestEngine;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Extract<FromProcess, { type: "progress" }>["progress"]) => void;
  /** Asks the person. */
  readonly confirmReplacement: (replacement: Replacement) => Promise<boolean>;
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
  async verify({ trust, ...options }, { engine, signal, onProgress, ...help }) {
    const { verify } = await import("../../core/verify.ts");
    return verify({ ...options, engine, signal, onProgress, trust: unpackTrust(trust, help) });
  },
  async inspect({ signature }) {
    const { inspect } = await import("../../core/inspect.ts");
    return inspect(signature);
  },
  async buildManifest(options, { engine, signal, onProgress }) {
    const { buildManifest } = await import("../../core/digest.ts");
    const { manifest, coverage } = await buildManifest({ ...options, engine, signal, onProgress });
    return { manifest, coverage };
  },
  async prepare({ trust, ...options }, { engine, signal, onProgress, ...help }) {
    const { prepareStatement } = await import("../../core/prepare-statement.ts");
    return prepareStatement({ ...options, engine, signal, onProgress, trust: unpackTrust(trust, help) });
  },
  async sign(options, { engine, signal, onProgress, confirmReplacement }) {
    const { sign } = await import("../../core/sign.ts");
    return sign({ ...options, engine, signal, onProgress, confirmReplacement });
  },
};

interface Asked {
  readonly id: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The inside of the process that does what would hold the extension host up. */
export function serveChecks(): void {
  if (process.send === undefined) throw new Error("the checking process is started by its client");
  let server: TaskServer | undefined;
  process.on("message", (message: ToProcess) => {
    if (message.type === "configure")
      server = new TaskServer(createDigestEngine({ cache: { directory: message.cache } }));
    else server?.hear(message);
  });
  process.on("disconnect", () => void Promise.resolve(server?.dispose()).finally(() => process.exit(0)));
  // Ctrl-C reaches the whole group of a terminal; what follows from it is the client's to say.
  process.on("SIGINT", () => {});
}

class TaskServer {
  readonly #engine: DigestEngine;
  readonly #running = new Map<number, AbortController>();
  /** Long lists of results that were told and not fetched yet. */
  readonly #unsent = new Map<number, readonly (readonly unknown[])[]>();
  readonly #asked = new Map<number, Asked>();
  #asks = 0;

  constructor(engine: DigestEngine) {
    this.#engine = engine;
  }

  /** What is under way is cancelled: nobody is left to hear of it. */
  async dispose(): Promise<void> {
    for (const abort of this.#running.values()) abort.abort();
    await this.#engine.dispose();
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
      engine: this.#engine,
      signal: abort.signal,
      onProgress: (progress) => this.#send({ type: "progress", id, progress }),
      sigstore: () => this.#ask<PortableSigstore>(id, "sigstore"),
      newer: () => this.#ask<PortableRoot | undefined>(id, "newer"),
      confirmReplacement: (replacement) => this.#ask<boolean>(id, "replacement", replacement),
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
  #ask<T>(id: number, question: Question, about?: unknown): Promise<T> {
    const ask = this.#asks++;
    return new Promise<T>((resolve, reject) => {
      this.#asked.set(ask, { id, resolve: (value) => resolve(value as T), reject });
      this.#send({ type: "ask", id, ask, question, about });
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
