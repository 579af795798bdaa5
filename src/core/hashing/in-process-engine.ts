import { ProvenanceError, throwIfCancelled } from "../errors.ts";
import { DigestCollector } from "./digest-collector.ts";
import type { DigestEngine, DigestOptions, DigestRequest, DigestResult } from "./digest-engine.ts";
import { faultError } from "./fault-error.ts";
import { packFiles, unpackFiles } from "./file-chunk.ts";
import type { Job, JobOutcome, Lane } from "./job.ts";
import { JobRunner } from "./job-runner.ts";
import { measureRequest } from "./measure.ts";
import { RequestRunner } from "./request-runner.ts";
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
  readonly #runners = new Set<RequestRunner>();
  #disposed = false;

  async digest(request: DigestRequest, options: DigestOptions = {}): Promise<DigestResult> {
    const { signal, onProgress } = options;
    const measure = await measureRequest(request);
    throwIfCancelled(signal);
    if (this.#disposed) throw new ProvenanceError("CANCELLED", "Cancelled.");
    const { files, algorithm, shardSize, mode = "full" } = request;
    const shape = { algorithm, shardSize, mode, expected: measure };
    const runner = new RequestRunner({ scheduler: this.#scheduler }, shape);
    const cancel = (): void => runner.cancel();
    const progress = setInterval(() => {
      const { done, file } = runner.progress;
      const name = file === undefined ? undefined : files[file]?.name;
      onProgress?.({ bytesDone: done, bytesTotal: measure.bytes, ...(name !== undefined && { file: name }) });
    }, PROGRESS_MS);
    signal?.addEventListener("abort", cancel, { once: true });
    this.#runners.add(runner);
    try {
      if (files.length > 0) {
        const { paths, stats } = unpackFiles(packFiles(files));
        runner.add(paths, stats);
      }
      runner.complete(measure);
      const answer = await runner.answer();
      if (answer.state === "failed") throw faultError(answer.fault, files);
      if (answer.state === "cancelled") throw new ProvenanceError("CANCELLED", "Cancelled.", { cause: signal?.reason });
      const collector = new DigestCollector(request);
      for (const piece of answer.digests) collector.add(piece);
      return { digests: collector.end(), bytesRead: answer.bytesRead, bytesFromCache: answer.bytesFromCache };
    } finally {
      clearInterval(progress);
      signal?.removeEventListener("abort", cancel);
      this.#runners.delete(runner);
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const runner of this.#runners) runner.cancel();
    await this.#scheduler.close();
  }
}
