// The code of a worker thread of the pool. An error that is not about a file ends the thread.
import { parentPort } from "node:worker_threads";
import { HashRun, type PortableRun } from "./hash-run.ts";
import { runJobs } from "./run-jobs.ts";

parentPort?.on("message", async (portable: PortableRun) => {
  const run = HashRun.unpack(portable);
  parentPort?.postMessage(await runJobs(run, { readsAhead: run.plan.readsAhead }));
});
