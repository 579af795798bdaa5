import { randomInt } from "node:crypto";
import { cacheEntry, digestKind } from "./cached-digests.ts";
import type { DigestCache } from "./digest-cache.ts";
import { DIGEST_BYTES, type DigestMode } from "./digest-engine.ts";
import { DigestRun, type RunInput } from "./digest-run.ts";
import { parseStatLine, sizeOfStatLine } from "./file-chunk.ts";
import { digestsOf } from "./plan.ts";
import type { Fault } from "./protocol.ts";
import type { Scheduler } from "./scheduler.ts";

export interface RunnerOptions {
  readonly scheduler: Scheduler;
  readonly cache?: DigestCache | undefined;
  /** How many threads may read from the device with this number at the same time. */
  readonly readers?: (dev: bigint) => number | undefined;
}

export interface RunRequest extends RunInput {
  readonly mode: DigestMode;
  /** Absolute path that the cache knows the model by; absent: nothing is kept or asked for. */
  readonly root?: string | undefined;
}

export type Answer =
  | {
      readonly state: "done";
      /** Hex, in order of file and shard, whole digests, in pieces of some hundred kilobytes. */
      readonly digests: Iterable<string>;
      readonly bytesRead: number;
      readonly bytesFromCache: number;
    }
  | { readonly state: "cancelled" }
  | { readonly state: "failed"; readonly fault: Fault };

/** Digests in one piece of the answer; a quarter of a megabyte of text. */
const DIGESTS_PER_PIECE = 4096;
/** A file of more shards than that is read again rather than kept. */
const MAX_KEPT_DIGESTS = 65_536;
/** A file that was written to so shortly before may be written to again without its times showing it. */
const SETTLED_MS = 2000;
/** A spot check reads one file, and then as many as these bounds allow. */
const SAMPLE_FILES = 256;
const SAMPLE_BYTES = 1024 * 1024 * 1024;

/** Answers one request: from the cache as far as that is asked for, and by reading the rest. */
export class RequestRunner {
  readonly #options: RunnerOptions;
  readonly #request: RunRequest;
  readonly #startedMs = Date.now();
  /** Digests from the cache, by file. */
  #known: (string | undefined)[] = [];
  #bytesKnown = 0;
  #run: DigestRun | undefined;
  #cancelled = false;

  constructor(options: RunnerOptions, request: RunRequest) {
    this.#options = options;
    this.#request = request;
  }

  /** Bytes, of those that are read and those that need not be; and a file that is being read. */
  get progress(): { readonly done: number; readonly total: number; readonly file: number | undefined } {
    const { control, bytesTotal = 0 } = this.#run ?? {};
    return {
      done: this.#bytesKnown + (control?.bytes ?? 0),
      total: this.#bytesKnown + bytesTotal,
      file: control?.file,
    };
  }

  cancel(): void {
    this.#cancelled = true;
    if (this.#run !== undefined) this.#options.scheduler.cancel(this.#run);
  }

  async answer(): Promise<Answer> {
    if (this.#request.mode !== "full") this.#lookUp();
    const sample = this.#request.mode === "verify-cache" ? this.#sample() : new Map<number, string>();
    for (const file of sample.keys()) this.#forget(file);
    let answer = await this.#read();
    if (answer.state === "done" && !this.#confirms(sample)) {
      this.#options.cache?.drop();
      this.#known = [];
      this.#bytesKnown = 0;
      const wasted = answer.bytesRead;
      answer = await this.#read();
      if (answer.state === "done") answer = { ...answer, bytesRead: answer.bytesRead + wasted };
    }
    return answer;
  }

  /** Keeps what was found out, even by a request that did not come to its end. */
  async save(): Promise<void> {
    const { cache } = this.#options;
    const { root, paths, stats, algorithm, shardSize } = this.#request;
    const run = this.#run;
    if (cache === undefined || root === undefined || run === undefined) return;
    if (paths.every((_, file) => this.#known[file] !== undefined)) {
      cache.touch(root);
      return;
    }
    const entries: string[] = [];
    for (const [file, path] of paths.entries()) {
      const line = stats[file] ?? "";
      const known = this.#known[file];
      if (known !== undefined) entries.push(cacheEntry(path, line, known));
      else if (run.hasRead(file) && this.#isSettled(line)) {
        const from = run.firstDigest(file);
        const to = run.firstDigest(file + 1);
        if (to - from <= MAX_KEPT_DIGESTS) entries.push(cacheEntry(path, line, run.hex(from, to)));
      }
    }
    await cache.store(root, digestKind(algorithm, shardSize), entries, new Set(paths));
  }

  #lookUp(): void {
    const { cache } = this.#options;
    const { root, paths, stats, algorithm, shardSize } = this.#request;
    if (cache === undefined || root === undefined) return;
    const cached = cache.load(root, digestKind(algorithm, shardSize));
    for (const [file, path] of paths.entries()) {
      const line = stats[file] ?? "";
      const size = sizeOfStatLine(line);
      const hex = cached.find(path, line);
      if (hex?.length !== digestsOf(size, shardSize) * DIGEST_BYTES[algorithm] * 2) continue;
      this.#known[file] = hex;
      this.#bytesKnown += size;
    }
  }

  #forget(file: number): void {
    this.#known[file] = undefined;
    this.#bytesKnown -= sizeOfStatLine(this.#request.stats[file] ?? "");
  }

  /** Some of the files that the cache knows, at random, with what it says of them. */
  #sample(): Map<number, string> {
    const candidates = [...this.#known.keys()].filter((file) => this.#known[file] !== undefined);
    const sample = new Map<number, string>();
    let bytes = 0;
    while (candidates.length > 0 && sample.size < SAMPLE_FILES && bytes < SAMPLE_BYTES) {
      const at = randomInt(candidates.length);
      const file = candidates[at] ?? 0;
      candidates[at] = candidates.at(-1) ?? 0;
      candidates.pop();
      const size = sizeOfStatLine(this.#request.stats[file] ?? "");
      if (sample.size > 0 && bytes + size > SAMPLE_BYTES) break;
      sample.set(file, this.#known[file] ?? "");
      bytes += size;
    }
    return sample;
  }

  #confirms(sample: ReadonlyMap<number, string>): boolean {
    const run = this.#run;
    if (run === undefined) return false;
    return [...sample].every(([file, hex]) => run.hex(run.firstDigest(file), run.firstDigest(file + 1)) === hex);
  }

  async #read(): Promise<Answer> {
    if (this.#cancelled) return { state: "cancelled" };
    const { scheduler, readers } = this.#options;
    const first = this.#request.stats[0];
    const limit = first === undefined ? undefined : readers?.(parseStatLine(first).dev);
    const run = new DigestRun(this.#request, {
      lanes: scheduler.lanes,
      wanted: (file) => this.#known[file] === undefined,
      ...(limit !== undefined && { readers: limit }),
    });
    this.#run = run;
    const outcome = await scheduler.submit(run);
    if (outcome.state !== "done") return outcome;
    return { state: "done", digests: this.#pieces(run), bytesRead: run.bytesTotal, bytesFromCache: this.#bytesKnown };
  }

  *#pieces(run: DigestRun): Generator<string> {
    let parts: string[] = [];
    let digests = 0;
    for (const [from, to, known] of this.#stretches(run)) {
      for (let at = from; at < to; ) {
        const until = Math.min(to, at + DIGESTS_PER_PIECE - digests);
        parts.push(known ?? run.hex(at, until));
        digests += until - at;
        at = known === undefined ? until : to;
        if (digests < DIGESTS_PER_PIECE) continue;
        yield parts.join("");
        parts = [];
        digests = 0;
      }
    }
    yield parts.join("");
  }

  /** Digests `[from, to)`: those of one file that the cache knew, or of all files up to the next of these. */
  *#stretches(run: DigestRun): Generator<readonly [number, number, string?]> {
    let read = 0;
    for (const [file, known] of this.#known.entries()) {
      if (known === undefined) continue;
      const from = run.firstDigest(file);
      const to = run.firstDigest(file + 1);
      if (read < from) yield [read, from];
      yield [from, to, known];
      read = to;
    }
    if (read < run.digestCount) yield [read, run.digestCount];
  }

  /** Asked against the beginning of the request: what was written since, the check after the last byte has seen. */
  #isSettled(line: string): boolean {
    const [, mtimeNs, ctimeNs] = line.split(" ");
    return this.#startedMs - Math.max(Number(mtimeNs), Number(ctimeNs)) / 1e6 >= SETTLED_MS;
  }
}
