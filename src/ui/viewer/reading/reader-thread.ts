import { Worker } from "node:worker_threads";
import type { ReaderAnswer, ReaderCalls, ReaderRequest } from "./requests.ts";

/** Megabytes of the thread's memory: a statement of two million files fits. */
const HEAP_MB = 2048;

/** The other end of a thread that has one signature file open. */
export class ReaderThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #last = 0;
  #ended: Error | undefined;

  /** @param program the bundled `signature-reader.js` */
  constructor(program: URL) {
    // The thread needs nothing of the environment, and no word for a debugger that watches the editor.
    this.#worker = new Worker(program, { env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    this.#worker.on("message", (answer: ReaderAnswer) => this.#answered(answer));
    this.#worker.on("error", (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on("exit", () => this.#end(new Error("The thread that reads signatures has ended.")));
    this.#worker.unref();
  }

  /** @throws Error when the thread failed, or was ended */
  call<K extends keyof ReaderCalls>(
    call: K,
    argument: Parameters<ReaderCalls[K]>[0],
  ): Promise<ReturnType<ReaderCalls[K]>> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      const id = ++this.#last;
      this.#waiting.set(id, { resolve: (value) => resolve(value as ReturnType<ReaderCalls[K]>), reject });
      this.#worker.postMessage({ id, call, argument } as ReaderRequest);
    });
  }

  dispose(): void {
    this.#end(new Error("The signature was closed."));
    void this.#worker.terminate();
  }

  #answered(answer: ReaderAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.value);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
