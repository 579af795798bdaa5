import { Worker } from "node:worker_threads";
import * as v from "valibot";
import { useIdleDiskClass } from "./background-priority.ts";
import { DigestCache } from "./digest-cache.ts";
import { DiskWait, processorMs } from "./disk-wait.ts";
import { unpackFiles } from "./file-chunk.ts";
import { type FromHasher, type HasherSettings, type ToHasher, ToHasherSchema } from "./protocol.ts";
import { RequestRunner, type RunnerOptions } from "./request-runner.ts";
import { isRotatingDisk } from "./rotating-disk.ts";
import { Scheduler } from "./scheduler.ts";
import { ThreadLane } from "./thread-lane.ts";

/** How often progress is told and the disk looked at: ten times a second. */
const PROGRESS_MS = 100;

/** The main thread of the hashing process: it listens, hands out work and reports; it never reads a model's file itself. */
export class HasherProcess {
  readonly #entry: URL;
  readonly #started: Worker[];
  readonly #requests = new Map<number, RequestRunner>();
  readonly #saving = new Set<Promise<void>>();
  readonly #diskWait = new DiskWait();
  /** Bytes that the client was told last. */
  readonly #told = new WeakMap<RequestRunner, number>();
  #watching: NodeJS.Timeout | undefined;
  #yieldsDisk = false;
  #options: RunnerOptions | undefined;

  /**
   * @param entry the module that threads start from
   * @param started threads that were started already
   */
  constructor(entry: URL, started: readonly Worker[]) {
    this.#entry = entry;
    this.#started = [...started];
  }

  serve(): void {
    if (process.send === undefined) throw new Error("the hashing process is started by its client");
    process.on("disconnect", () => void Promise.allSettled(this.#saving).then(() => process.exit(0)));
    // Ctrl-C reaches the whole group of a terminal; what follows from it is the client's to say.
    process.on("SIGINT", () => {});
    // The client may have gone while this code was loaded: then nobody tells of it again.
    if (!process.connected) process.exit(0);
    process.on("message", (message) => this.#hear(v.parse(ToHasherSchema, message)));
  }

  #hear(message: ToHasher): void {
    switch (message.type) {
      case "configure":
        this.#configure(message.settings);
        return;
      case "begin": {
        if (this.#options === undefined) throw new Error("not configured");
        const { expected } = message;
        if (message.mode === "full" && expected !== undefined) this.#options.scheduler.expect(expected);
        const runner = new RequestRunner(this.#options, message);
        this.#requests.set(message.id, runner);
        this.#watching ??= setInterval(() => this.#watch(), PROGRESS_MS);
        void this.#answer(message.id, runner);
        return;
      }
      case "files": {
        const { paths, stats } = unpackFiles(message.chunk);
        this.#requests.get(message.id)?.add(paths, stats);
        return;
      }
      case "complete":
        this.#requests.get(message.id)?.complete(message);
        return;
      case "cancel":
        this.#requests.get(message.id)?.cancel();
        return;
    }
  }

  async #answer(id: number, runner: RequestRunner): Promise<void> {
    const answer = await runner.answer();
    this.#requests.delete(id);
    if (this.#requests.size === 0) {
      clearInterval(this.#watching);
      this.#watching = undefined;
      this.#diskWait.reset();
    }
    if (answer.state === "done") {
      for (const hex of answer.digests) await send({ type: "digests", id, hex });
      send({ type: "done", id, bytesRead: answer.bytesRead, bytesFromCache: answer.bytesFromCache });
    } else {
      send(answer.state === "failed" ? { type: "failed", id, fault: answer.fault } : { type: "cancelled", id });
    }
    const saving = runner.save();
    this.#saving.add(saving);
    void saving.finally(() => this.#saving.delete(saving));
  }

  #watch(): void {
    // Not for what takes a moment: that is over before anybody notices it.
    if (this.#yieldsDisk) useIdleDiskClass();
    this.#yieldsDisk = false;
    for (const [id, runner] of this.#requests) {
      const { done, file } = runner.progress;
      if (done === this.#told.get(runner)) continue;
      this.#told.set(runner, done);
      send({ type: "progress", id, done, file });
    }
    const scheduler = this.#options?.scheduler;
    if (scheduler !== undefined) scheduler.diskBound = this.#diskWait.observe(processorMs(), scheduler.jobsMs);
  }

  #createLane(): ThreadLane {
    return new ThreadLane(this.#started.pop() ?? new Worker(this.#entry), crash);
  }

  #configure({ workers, priority, cache, readers }: HasherSettings): void {
    this.#yieldsDisk = priority === "low";
    this.#options = {
      scheduler: new Scheduler(workers, () => this.#createLane()),
      cache: cache && new DigestCache(cache.directory, cache.maxBytes),
      readers: (dev) => (readers === "one" || (readers === "auto" && isRotatingDisk(dev)) ? 1 : undefined),
    };
  }
}

/** Resolves when the message is on its way, so that a long answer does not pile up in memory. */
function send(message: FromHasher): Promise<void> {
  return new Promise((resolve) => {
    // A client that is gone needs no answer: `disconnect` ends this process.
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

/** Ends the process with its reason on standard error, for the client to tell. */
function crash(reason: string): void {
  process.stderr.write(`${reason}\n`, () => process.exit(1));
}
