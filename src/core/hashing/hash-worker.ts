// The code of a worker thread of the pool. An error that is not about a file ends the thread.
import { parentPort } from "node:worker_threads";
import { HashRun, type RunData } from "./hash-run.ts";
import { runJobs } from "./run-jobs.ts";

parentPort?.on("message", async (data: RunData) => {
  const run = new HashRun(data);
  parentPort?.postMessage(await runJobs(run, { readsAhead: data.plan.readsAhead }));
});
