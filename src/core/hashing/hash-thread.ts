import { Worker, type WorkerOptions } from "node:worker_threads";
import type { PortableRun } from "./hash-run.ts";
import type { FailedFile } from "./run-jobs.ts";

export type ThreadOutcome =
  | { readonly state: "done" }
  | { readonly state: "failed"; readonly failed: FailedFile }
  | { readonly state: "crashed"; readonly reason: string; readonly cause?: unknown };

/** A worker thread of the pool. It keeps the process alive only while it works. */
export class HashThread {
  readonly #worker: Worker;
  #crash: Extract<ThreadOutcome, { state: "crashed" }> | undefined;
  #settle: ((outcome: ThreadOutcome) => void) | undefined;

  constructor(options: WorkerOptions) {
    // Options of this process (`--input-type`, `--import`…) are not meant for its threads.
    this.#worker = new Worker(workerFile(), { name: "hash", execArgv: [], ...options });
    this.#worker.unref();
    this.#worker.on("message", (failed: FailedFile | undefined) =>
      this.#end(failed === undefined ? { state: "done" } : { state: "failed", failed }),
    );
    this.#worker.on("error", (error) => this.#crashed(messageOf(error), error));
    this.#worker.on("exit", (code) => this.#crashed(`a worker thread ended with status ${code}`));
  }

  get isAlive(): boolean {
    return this.#crash === undefined;
  }

  /** Works for the run until it has no more jobs; one run at a time. */
  run(run: PortableRun): Promise<ThreadOutcome> {
    if (this.#crash !== undefined) return Promise.resolve(this.#crash);
    this.#worker.ref();
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#worker.postMessage(run);
    });
  }

  /** Terminates the thread without waiting for a pending read. */
  terminate(): void {
    this.#crashed("a worker thread was stopped");
    void this.#worker.terminate();
  }

  #crashed(reason: string, cause?: unknown): void {
    this.#crash ??= { state: "crashed", reason, cause };
    this.#end(this.#crash);
  }

  #end(outcome: ThreadOutcome): void {
    this.#worker.unref();
    this.#settle?.(outcome);
    this.#settle = undefined;
  }
}

/** Beside this file and with its extension, in the sources as in the bundles. */
function workerFile(): URL {
  return new URL(`hash-worker${/\.\w+$/.exec(import.meta.url)?.[0] ?? ".js"}`, import.meta.url);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
