import { DIGEST_BYTES, type HashAlgorithm } from "./digest-engine.ts";
import { sizeOfStatLine } from "./file-chunk.ts";
import type { Job } from "./job.ts";
import { type PlannedJob, planJobs } from "./plan.ts";
import type { Fault } from "./protocol.ts";
import { RunControl } from "./run-control.ts";

export interface RunInput {
  readonly algorithm: HashAlgorithm;
  readonly shardSize?: number | undefined;
  /** Absolute. */
  readonly paths: readonly string[];
  /** See `statLine`. */
  readonly stats: readonly string[];
}

export interface RunOptions {
  /** How many threads there can be at most. */
  readonly lanes: number;
  /** How many of them may work for this request. With one, files are read in the order of the list. */
  readonly readers?: number;
  /** Positions of the files that are to be read; absent: all. */
  readonly wanted?: (file: number) => boolean;
}

export type RunOutcome =
  | { readonly state: "done" }
  | { readonly state: "cancelled" }
  | { readonly state: "failed"; readonly fault: Fault };

/** Files read for one request: what is still to be handed out, what came back, and the digests so far. */
export class DigestRun {
  readonly control: RunControl;
  readonly readers: number;
  /** Of all files, wanted or not. */
  readonly digestCount: number;
  /** To be read. */
  readonly bytesTotal: number;
  readonly #input: RunInput;
  readonly #firstDigest: Float64Array;
  readonly #results: SharedArrayBuffer;
  readonly #jobs: readonly PlannedJob[];
  /** Jobs of each file that have not been completed. */
  readonly #open: Uint32Array;
  readonly #handedOut = new Map<number, PlannedJob>();
  #next = 0;
  #ended = 0;
  #fault: Fault | undefined;
  #cancelled = false;

  constructor(input: RunInput, { lanes, readers = lanes, wanted = () => true }: RunOptions) {
    const plan = planJobs(Float64Array.from(input.stats, sizeOfStatLine), input.shardSize, wanted);
    this.#input = input;
    this.#jobs = readers === 1 ? plan.inOrder : plan.largestFirst;
    this.#firstDigest = plan.firstDigest;
    this.#open = new Uint32Array(input.paths.length);
    for (const file of input.paths.keys()) this.#open[file] = wanted(file) ? 0 : 1;
    for (const job of this.#jobs) for (const file of job.files) this.#open[file] = (this.#open[file] ?? 0) + 1;
    this.readers = readers;
    this.digestCount = plan.digestCount;
    this.bytesTotal = this.#jobs.reduce((sum, { bytes }) => sum + bytes, 0);
    this.control = RunControl.create(lanes);
    this.#results = new SharedArrayBuffer(plan.digestCount * DIGEST_BYTES[input.algorithm]);
  }

  /** Jobs that nobody has yet. */
  get waiting(): number {
    return this.#fault === undefined && !this.#cancelled ? this.#jobs.length - this.#next : 0;
  }

  /** The job that is handed out next. */
  peek(): PlannedJob | undefined {
    return this.waiting > 0 ? this.#jobs[this.#next] : undefined;
  }

  /** Hands out the job that `peek` shows. */
  take(lane: number): Job | undefined {
    const planned = this.peek();
    if (planned === undefined) return undefined;
    this.#next++;
    this.#handedOut.set(lane, planned);
    const { files, range } = planned;
    const { algorithm, shardSize, paths, stats } = this.#input;
    const first = range === undefined || shardSize === undefined ? 0 : range.start / shardSize;
    return {
      algorithm,
      paths: files.map((file) => paths[file] ?? ""),
      stats: files.map((file) => stats[file] ?? ""),
      files: Uint32Array.from(files),
      slots: Float64Array.from(files, (file) => (this.#hasDigest(file) ? this.firstDigest(file) + first : -1)),
      results: this.#results,
      control: this.control.buffer,
      lane,
      ...(range !== undefined && { range: shardSize === undefined ? range : { ...range, shardSize } }),
    };
  }

  /** The lane is done with what it took. */
  completed(lane: number): void {
    this.#ended++;
    for (const file of this.#handedOut.get(lane)?.files ?? []) this.#open[file] = (this.#open[file] ?? 0) - 1;
    this.#handedOut.delete(lane);
  }

  fail(fault: Fault): void {
    this.#fault ??= fault;
    this.control.stop();
  }

  cancel(): void {
    this.#cancelled = true;
    this.control.stop();
  }

  /** How it ended; to be asked when no thread works for it. */
  get outcome(): RunOutcome | undefined {
    if (this.#cancelled) return { state: "cancelled" };
    if (this.#fault !== undefined) return { state: "failed", fault: this.#fault };
    return this.#ended === this.#jobs.length ? { state: "done" } : undefined;
  }

  /** Whether the whole file was wanted, read and found unchanged. */
  hasRead(file: number): boolean {
    return this.#open[file] === 0;
  }

  /** Position of the first digest of a file, in order of file and shard. */
  firstDigest(file: number): number {
    return this.#firstDigest[file] ?? this.digestCount;
  }

  /** Digests `[from, to)`, lower-case hex, end to end. */
  hex(from: number, to: number): string {
    const width = DIGEST_BYTES[this.#input.algorithm];
    return Buffer.from(this.#results, from * width, (to - from) * width).toString("hex");
  }

  /** An empty file has no digest in shards; it is checked all the same. */
  #hasDigest(file: number): boolean {
    return this.firstDigest(file + 1) > this.firstDigest(file);
  }
}
