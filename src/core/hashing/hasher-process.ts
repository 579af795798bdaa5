import os from "node:os";
import * as v from "valibot";
import type { DigestMode, HashAlgorithm } from "./digest-engine.ts";
import { DigestRun } from "./digest-run.ts";
import { unpackFiles } from "./file-chunk.ts";
import { type FromHasher, type HasherSettings, type ToHasher, ToHasherSchema } from "./protocol.ts";
import { Scheduler } from "./scheduler.ts";
import { ThreadLane } from "./thread-lane.ts";

/** Ten a second. */
const PROGRESS_MS = 100;
/** Digests of one message; a quarter of a megabyte of text. */
const DIGESTS_PER_MESSAGE = 4096;
/** The priority that costs nothing on an idle machine and gives way on a busy one. */
const LOW_PRIORITY = 10;

interface Request {
  readonly algorithm: HashAlgorithm;
  readonly shardSize: number | undefined;
  readonly mode: DigestMode;
  readonly expected: number;
  readonly paths: string[];
  readonly stats: string[];
  run?: DigestRun;
}

/** The main thread of the hashing process: it listens, hands out work and reports; it never reads a file itself. */
export class HasherProcess {
  readonly #entry: URL;
  readonly #requests = new Map<number, Request>();
  #scheduler: Scheduler | undefined;

  /** `entry`: the module that worker threads start from. */
  constructor(entry: URL) {
    this.#entry = entry;
  }

  serve(): void {
    if (process.send === undefined) throw new Error("the hashing process is started by its client");
    process.on("disconnect", () => process.exit(0));
    // Ctrl-C reaches the whole group of a terminal; what follows from it is the client's to say.
    process.on("SIGINT", () => {});
    process.on("message", (message) => this.#hear(v.parse(ToHasherSchema, message)));
  }

  #hear(message: ToHasher): void {
    switch (message.type) {
      case "configure":
        this.#configure(message.settings);
        return;
      case "begin":
        this.#requests.set(message.id, {
          algorithm: message.algorithm,
          shardSize: message.shardSize,
          mode: message.mode,
          expected: message.files,
          paths: [],
          stats: [],
        });
        this.#startIfComplete(message.id);
        return;
      case "files": {
        const request = this.#requests.get(message.id);
        if (request === undefined) return;
        const { paths, stats } = unpackFiles(message.chunk);
        for (const path of paths) request.paths.push(path);
        for (const line of stats) request.stats.push(line);
        this.#startIfComplete(message.id);
        return;
      }
      case "cancel":
        this.#cancel(message.id);
        return;
    }
  }

  #configure(settings: HasherSettings): void {
    if (settings.priority === "low") lowerPriority();
    const workers = settings.workers ?? os.availableParallelism();
    this.#scheduler = new Scheduler(workers, () => new ThreadLane(this.#entry, crash));
  }

  #cancel(id: number): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    if (request.run !== undefined) {
      this.#scheduler?.cancel(request.run);
      return;
    }
    this.#requests.delete(id);
    send({ type: "cancelled", id });
  }

  #startIfComplete(id: number): void {
    const request = this.#requests.get(id);
    if (request === undefined || request.paths.length < request.expected) return;
    if (request.paths.length > request.expected) throw new RangeError("more files than announced");
    void this.#answer(id, request);
  }

  async #answer(id: number, request: Request): Promise<void> {
    const scheduler = this.#scheduler;
    if (scheduler === undefined) throw new Error("not configured");
    const run = new DigestRun(request, scheduler.lanes);
    request.run = run;
    let told = -1;
    const progress = setInterval(() => {
      const done = run.control.bytes;
      if (done === told) return;
      told = done;
      send({ type: "progress", id, done, total: run.bytesTotal, file: run.control.file });
    }, PROGRESS_MS);
    const outcome = await scheduler.submit(run);
    clearInterval(progress);
    if (outcome.state === "done") {
      for (let from = 0; from < run.digestCount; from += DIGESTS_PER_MESSAGE) {
        const to = Math.min(run.digestCount, from + DIGESTS_PER_MESSAGE);
        await send({ type: "digests", id, hex: run.hex(from, to) });
      }
      send({ type: "done", id, bytesRead: run.bytesTotal, bytesFromCache: 0 });
    } else {
      send(outcome.state === "failed" ? { type: "failed", id, fault: outcome.fault } : { type: "cancelled", id });
    }
    this.#requests.delete(id);
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

/** Before any thread starts: on Linux a thread takes the priority of the one that starts it. */
function lowerPriority(): void {
  try {
    os.setPriority(LOW_PRIORITY);
  } catch {
    // Not allowed here: hashing is the same at any priority.
  }
}
