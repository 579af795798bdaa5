import { DIGEST_BYTES, type HashAlgorithm } from "./digest-engine.ts";
import { joinChunk } from "./file-chunk.ts";
import type { Job } from "./job.ts";
import { digestsOf, JobQueue, type PlannedJob } from "./job-queue.ts";
import type { Fault } from "./protocol.ts";
import { RunControl } from "./run-control.ts";

export interface RunShape {
  readonly algorithm: HashAlgorithm;
  readonly shardSize?: number | undefined;
  /** How many files there will be. */
  readonly files: number;
  /** How many digests they have, wanted or not. */
  readonly digests: number;
}

export interface RunOptions {
  /** How many threads there can be at most. */
  readonly lanes: number;
  /** How many of them may work for this request. With one, files are read in the order of the list. */
  readonly readers?: number | undefined;
}

export type RunOutcome =
  | { readonly state: "done" }
  | { readonly state: "cancelled" }
  | { readonly state: "failed"; readonly fault: Fault };

/** Files read for one request: what is still to be handed out, what came back, and the digests so far. */
export class DigestRun {
  readonly control: RunControl;
  readonly readers: number;
  readonly #shape: RunShape;
  readonly #paths: string[] = [];
  readonly #stats: string[] = [];
  readonly #firstDigest: Float64Array;
  readonly #results: SharedArrayBuffer;
  readonly #queue: JobQueue;
  /** Jobs of each file that have not been completed. */
  readonly #open: Uint32Array;
  readonly #handedOut = new Map<number, PlannedJob>();
  #digests = 0;
  #bytes = 0;
  #fault: Fault | undefined;
  #cancelled = false;

  constructor(shape: RunShape, { lanes, readers = lanes }: RunOptions) {
    this.#shape = shape;
    this.#queue = new JobQueue(shape.shardSize, readers === 1 ? "in-order" : "largest-first");
    this.#firstDigest = new Float64Array(shape.files).fill(shape.digests);
    this.#open = new Uint32Array(shape.files).fill(1);
    this.readers = readers;
    this.control = RunControl.create(lanes);
    this.#results = new SharedArrayBuffer(shape.digests * DIGEST_BYTES[shape.algorithm]);
  }

  /**
   * The next file of the list.
   *
   * @param path absolute
   * @param stat see `statLine`
   * @param size in bytes
   * @param wanted whether it is to be read
   */
  add(path: string, stat: string, size: number, wanted: boolean): void {
    const file = this.#paths.length;
    const digests = digestsOf(size, this.#shape.shardSize);
    if (file >= this.#shape.files || this.#digests + digests > this.#shape.digests) {
      throw new RangeError("more files or digests than announced");
    }
    this.#paths.push(path);
    this.#stats.push(stat);
    this.#firstDigest[file] = this.#digests;
    this.#digests += digests;
    if (!wanted) return;
    this.#open[file] = this.#queue.add(file, size);
    this.#bytes += size;
  }

  /** After the last file. */
  complete(): void {
    if (this.#paths.length !== this.#shape.files || this.#digests !== this.#shape.digests) {
      throw new RangeError("fewer files or digests than announced");
    }
    this.#queue.close();
  }

  /** Of all files that are read, as far as they are known. */
  get bytesTotal(): number {
    return this.#bytes;
  }

  /** Jobs that nobody has yet. */
  get waiting(): number {
    return this.#fault === undefined && !this.#cancelled ? this.#queue.waiting : 0;
  }

  /** The job that is handed out next. */
  peek(): PlannedJob | undefined {
    return this.waiting > 0 ? this.#queue.peek() : undefined;
  }

  /** Hands out the job that `peek` shows. */
  take(lane: number): Job | undefined {
    const planned = this.waiting > 0 ? this.#queue.take() : undefined;
    if (planned === undefined) return undefined;
    this.#handedOut.set(lane, planned);
    const { files, range } = planned;
    const { algorithm, shardSize } = this.#shape;
    const first = range === undefined || shardSize === undefined ? 0 : range.start / shardSize;
    return {
      algorithm,
      chunk: joinChunk(
        files.map((file) => this.#paths[file] ?? ""),
        files.map((file) => this.#stats[file] ?? ""),
      ),
      files: Uint32Array.from(files),
      // An empty file has no digest in shards; it is checked all the same.
      slots: Float64Array.from(files, (file) => (this.#hasDigest(file) ? this.firstDigest(file) + first : -1)),
      results: this.#results,
      control: this.control.buffer,
      lane,
      ...(range !== undefined && { range: shardSize === undefined ? range : { ...range, shardSize } }),
    };
  }

  /** The lane did what it took. */
  completed(lane: number): void {
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
    return this.#queue.exhausted && this.#handedOut.size === 0 ? { state: "done" } : undefined;
  }

  /** Whether the whole file was wanted, read and found unchanged. */
  hasRead(file: number): boolean {
    return this.#open[file] === 0;
  }

  /** Position of the first digest of a file, in order of file and shard. */
  firstDigest(file: number): number {
    return this.#firstDigest[file] ?? this.#shape.digests;
  }

  /** Digests `[from, to)`, lower-case hex, end to end. */
  hex(from: number, to: number): string {
    const width = DIGEST_BYTES[this.#shape.algorithm];
    return Buffer.from(this.#results, from * width, (to - from) * width).toString("hex");
  }

  #hasDigest(file: number): boolean {
    const next = file + 1 < this.#paths.length ? this.firstDigest(file + 1) : this.#digests;
    return next > this.firstDigest(file);
  }
}
