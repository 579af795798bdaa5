import { parentPort } from "node:worker_threads";
import type { Job, JobOutcome } from "./job.ts";
import { JobRunner } from "./job-runner.ts";

/** The inside of a worker thread. An error that is no fault of a file ends the thread. */
export function serveThread(): void {
  const port = parentPort;
  if (port === null) throw new Error("not a worker thread");
  const runner = new JobRunner();
  port.on("message", async (job: Job) => {
    const started = performance.now();
    const outcome: JobOutcome = await runner.run(job);
    port.postMessage({ ...outcome, ms: performance.now() - started });
  });
}
