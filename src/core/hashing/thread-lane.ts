import type { Worker } from "node:worker_threads";
import type { Job, JobOutcome, Lane } from "./job.ts";

/** A worker thread as seen from outside. */
export class ThreadLane implements Lane {
  readonly #worker: Worker;
  #settle: ((outcome: JobOutcome) => void) | undefined;

  /** `onLost` hears of a thread that ended without being asked to: its job has no answer then. */
  constructor(worker: Worker, onLost: (reason: string) => void) {
    this.#worker = worker;
    this.#worker.on("message", (outcome: JobOutcome) => {
      const settle = this.#settle;
      this.#settle = undefined;
      settle?.(outcome);
    });
    this.#worker.on("error", (error) =>
      onLost(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    this.#worker.unref();
  }

  run(job: Job): Promise<JobOutcome> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#worker.postMessage(job);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
