import { randomInt } from "node:crypto";
import { parseStatLine, sizeOfStatLine } from "../model/stat-line.ts";
import { type CachedDigests, cacheEntry, digestKind } from "./cached-digests.ts";
import type { DigestCache } from "./digest-cache.ts";
import { DIGEST_BYTES, type DigestMode } from "./digest-engine.ts";
import { DigestRun, type RunOutcome, type RunShape } from "./digest-run.ts";
import { digestsOf } from "./job-queue.ts";
import type { Measure } from "./measure.ts";
import type { Fault } from "./protocol.ts";
import type { Scheduler } from "./scheduler.ts";

export interface RunnerOptions {
  readonly scheduler: Scheduler;
  readonly cache?: DigestCache | undefined;
  /** How many threads may read from the device with this number at the same time. */
  readonly readers?: (dev: bigint) => number | undefined;
}

export interface RequestShape extends RunShape {
  readonly mode: DigestMode;
  /** Absent: the files come in no order. */
  readonly expected?: Measure | undefined;
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

/** Answers one request, whose files it is told one after the other: from the cache as far as that is asked for, and by reading. */
export class RequestRunner {
  readonly #options: RunnerOptions;
  readonly #shape: RequestShape;
  readonly #startedMs = Date.now();
  readonly #paths: string[] = [];
  readonly #stats: string[] = [];
  /** Digests from the cache, by file. */
  readonly #known = new Map<number, string>();
  readonly #cached: CachedDigests | undefined;
  #bytesKnown = 0;
  #digests = 0;
  #run: DigestRun | undefined;
  #outcome: Promise<RunOutcome> | undefined;
  #isComplete: () => void = () => {};
  readonly #complete = new Promise<void>((resolve) => {
    this.#isComplete = resolve;
  });

  constructor(options: RunnerOptions, shape: RequestShape) {
    this.#options = options;
    this.#shape = shape;
    const { mode, root, algorithm, shardSize } = shape;
    if (mode !== "full" && root !== undefined) {
      this.#cached = options.cache?.load(root, digestKind(algorithm, shardSize));
    }
  }

  /** Bytes, of those that are read and those that need not be; and a file that is being read. */
  get progress(): { readonly done: number; readonly file: number | undefined } {
    const control = this.#run?.control;
    return { done: this.#bytesKnown + (control?.bytes ?? 0), file: control?.file };
  }

  /** The next files of the list. Reading begins with them, as far as their order is no matter. */
  add(paths: readonly string[], stats: readonly string[]): void {
    for (const [at, path] of paths.entries()) {
      const stat = stats[at] ?? "";
      const size = sizeOfStatLine(stat);
      const file = this.#paths.length;
      this.#paths.push(path);
      this.#stats.push(stat);
      this.#digests += digestsOf(size, this.#shape.shardSize);
      this.#lookUp(file, path, stat, size);
      // A spot check picks from the whole list.
      if (this.#shape.mode !== "verify-cache") this.#begun().add(path, stat, size, !this.#known.has(file));
    }
    this.#options.scheduler.dispatch();
  }

  /** After the last file. Throws a RangeError where these are not the files that were to come. */
  complete({ files, digests }: { readonly files: number; readonly digests: number }): void {
    if (files !== this.#paths.length || digests !== this.#digests) throw new RangeError("not the files that were sent");
    this.#isComplete();
  }

  cancel(): void {
    this.#options.scheduler.cancel(this.#begun());
    this.#isComplete();
  }

  async answer(): Promise<Answer> {
    await this.#complete;
    const sample = this.#shape.mode === "verify-cache" ? this.#sample() : new Map<number, string>();
    for (const file of sample.keys()) this.#forget(file);
    if (this.#shape.mode === "verify-cache") this.#addAll();
    const answer = await this.#finish();
    if (answer.state !== "done" || this.#confirms(sample)) return answer;
    this.#options.cache?.drop();
    this.#known.clear();
    this.#bytesKnown = 0;
    this.#run = undefined;
    this.#addAll();
    const again = await this.#finish();
    return again.state === "done" ? { ...again, bytesRead: again.bytesRead + answer.bytesRead } : again;
  }

  /** Keeps what was found out, even by a request that did not come to its end. */
  async save(): Promise<void> {
    const { cache } = this.#options;
    const { root, algorithm, shardSize } = this.#shape;
    const run = this.#run;
    if (cache === undefined || root === undefined || run === undefined) return;
    if (this.#known.size === this.#paths.length) {
      cache.touch(root);
      return;
    }
    const entries: string[] = [];
    for (const [file, path] of this.#paths.entries()) {
      const stat = this.#stats[file] ?? "";
      const known = this.#known.get(file);
      if (known !== undefined) entries.push(cacheEntry(path, stat, known));
      else if (run.hasRead(file) && this.#isSettled(stat)) {
        const from = run.firstDigest(file);
        const to = run.firstDigest(file + 1);
        if (to - from <= MAX_KEPT_DIGESTS) entries.push(cacheEntry(path, stat, run.hex(from, to)));
      }
    }
    // The next request asks in the order of names, which that of paths is where no links are followed.
    if (this.#shape.expected === undefined) entries.sort();
    await cache.store(root, digestKind(algorithm, shardSize), entries, new Set(this.#paths));
  }

  #lookUp(file: number, path: string, stat: string, size: number): void {
    const { algorithm, shardSize } = this.#shape;
    const hex = this.#cached?.find(path, stat);
    if (hex?.length !== digestsOf(size, shardSize) * DIGEST_BYTES[algorithm] * 2) return;
    this.#known.set(file, hex);
    this.#bytesKnown += size;
  }

  #forget(file: number): void {
    this.#known.delete(file);
    this.#bytesKnown -= sizeOfStatLine(this.#stats[file] ?? "");
  }

  #begun(): DigestRun {
    if (this.#run === undefined) {
      const { scheduler, readers } = this.#options;
      const first = this.#stats[0];
      const limit = first === undefined ? undefined : readers?.(parseStatLine(first).dev);
      this.#run = new DigestRun(this.#shape, { lanes: scheduler.lanes, readers: limit });
      this.#outcome = scheduler.submit(this.#run);
    }
    return this.#run;
  }

  #addAll(): void {
    for (const [file, path] of this.#paths.entries()) {
      const stat = this.#stats[file] ?? "";
      this.#begun().add(path, stat, sizeOfStatLine(stat), !this.#known.has(file));
    }
  }

  async #finish(): Promise<Answer> {
    const run = this.#begun();
    if (run.outcome === undefined) run.complete();
    this.#options.scheduler.dispatch();
    const outcome = await this.#outcome;
    if (outcome === undefined || outcome.state === "cancelled") return { state: "cancelled" };
    if (outcome.state === "failed") return outcome;
    return { state: "done", digests: this.#pieces(run), bytesRead: run.bytesTotal, bytesFromCache: this.#bytesKnown };
  }

  /** Some of the files that the cache knows, at random, with what it says of them. */
  #sample(): Map<number, string> {
    const candidates = [...this.#known.keys()];
    const sample = new Map<number, string>();
    let bytes = 0;
    while (candidates.length > 0 && sample.size < SAMPLE_FILES && bytes < SAMPLE_BYTES) {
      const at = randomInt(candidates.length);
      const file = candidates[at] ?? 0;
      candidates[at] = candidates.at(-1) ?? 0;
      candidates.pop();
      const size = sizeOfStatLine(this.#stats[file] ?? "");
      if (sample.size > 0 && bytes + size > SAMPLE_BYTES) break;
      sample.set(file, this.#known.get(file) ?? "");
      bytes += size;
    }
    return sample;
  }

  #confirms(sample: ReadonlyMap<number, string>): boolean {
    const run = this.#run;
    if (run === undefined) return false;
    return [...sample].every(([file, hex]) => run.hex(run.firstDigest(file), run.firstDigest(file + 1)) === hex);
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
    for (const [file, known] of this.#known) {
      const from = run.firstDigest(file);
      const to = run.firstDigest(file + 1);
      if (read < from) yield [read, from];
      yield [from, to, known];
      read = to;
    }
    if (read < this.#digests) yield [read, this.#digests];
  }

  /** Asked against the beginning of the request: what was written since, the check after the last byte has seen. */
  #isSettled(line: string): boolean {
    const [, mtimeNs, ctimeNs] = line.split(" ");
    return this.#startedMs - Math.max(Number(mtimeNs), Number(ctimeNs)) / 1e6 >= SETTLED_MS;
  }
}
