import { ProvenanceError, throwIfCancelled } from "../errors.ts";
import { checkRequest, DigestCollector } from "./digest-collector.ts";
import type { DigestEngine, DigestOptions, DigestRequest, DigestResult } from "./digest-engine.ts";
import { DigestRun } from "./digest-run.ts";
import { faultError } from "./fault-error.ts";
import { statLine } from "./file-chunk.ts";
import type { Job, JobOutcome, Lane } from "./job.ts";
import { JobRunner } from "./job-runner.ts";
import { Scheduler } from "./scheduler.ts";

/** Ten a second. */
const PROGRESS_MS = 100;

/**
 * A digest engine on the caller's thread, which it holds for milliseconds at a time. For a model that is read before
 * a process has started; a read that hangs cannot be cancelled here.
 */
export function createInProcessEngine(): DigestEngine {
  return new InProcessEngine();
}

/** Lets the caller's other work have its turn between two jobs. */
class OwnThread implements Lane {
  readonly #runner = new JobRunner();

  async run(job: Job): Promise<JobOutcome> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#runner.run(job);
  }

  async close(): Promise<void> {}
}

class InProcessEngine implements DigestEngine {
  readonly #scheduler = new Scheduler(1, () => new OwnThread());
  readonly #runs = new Set<DigestRun>();
  #disposed = false;

  async digest(request: DigestRequest, options: DigestOptions = {}): Promise<DigestResult> {
    const { signal, onProgress } = options;
    throwIfCancelled(signal);
    if (this.#disposed) throw new ProvenanceError("CANCELLED", "Cancelled.");
    checkRequest(request);
    const { files, algorithm, shardSize } = request;
    const input = { algorithm, shardSize, paths: files.map(({ path }) => path), stats: files.map(statLine) };
    const run = new DigestRun(input, this.#scheduler.lanes);
    const cancel = (): void => this.#scheduler.cancel(run);
    const progress = setInterval(() => {
      const file = run.control.file === undefined ? undefined : files[run.control.file]?.name;
      onProgress?.({
        bytesDone: run.control.bytes,
        bytesTotal: run.bytesTotal,
        ...(file !== undefined && { file }),
      });
    }, PROGRESS_MS);
    signal?.addEventListener("abort", cancel, { once: true });
    this.#runs.add(run);
    try {
      const outcome = await this.#scheduler.submit(run);
      if (outcome.state === "failed") throw faultError(outcome.fault, files);
      if (outcome.state === "cancelled")
        throw new ProvenanceError("CANCELLED", "Cancelled.", { cause: signal?.reason });
      const collector = new DigestCollector(request);
      collector.add(run.hex(0, run.digestCount));
      return { digests: collector.end(), bytesRead: run.bytesTotal, bytesFromCache: 0 };
    } finally {
      clearInterval(progress);
      signal?.removeEventListener("abort", cancel);
      this.#runs.delete(run);
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const run of this.#runs) this.#scheduler.cancel(run);
    await this.#scheduler.close();
  }
}
