import { DIGEST_BYTES, type HashAlgorithm } from "./digest-engine.ts";
import { joinChunk } from "./file-chunk.ts";
import type { Job } from "./job.ts";
import { digestsOf, JobQueue, MAX_DIGESTS, type PlannedJob } from "./job-queue.ts";
import type { Fault } from "./protocol.ts";
import { RawDigests } from "./raw-digests.ts";
import { RunControl } from "./run-control.ts";

export interface RunShape {
  readonly algorithm: HashAlgorithm;
  readonly shardSize?: number | undefined;
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

/** Jobs of a file that nobody asked for: never none, for it was not read. */
const NOT_WANTED = 1;

interface HandedOut extends PlannedJob {
  readonly results: SharedArrayBuffer;
}

/** Files read for one request: what is still to be handed out, what came back, and the digests so far. */
export class DigestRun {
  readonly control: RunControl;
  readonly readers: number;
  readonly #shape: RunShape;
  readonly #paths: string[] = [];
  readonly #stats: string[] = [];
  readonly #firstDigest: number[] = [];
  readonly #digests: RawDigests;
  readonly #queue: JobQueue;
  /** Jobs of each file that have not been completed. */
  readonly #open: number[] = [];
  readonly #handedOut = new Map<number, HandedOut>();
  #count = 0;
  #bytes = 0;
  #fault: Fault | undefined;
  #cancelled = false;

  constructor(shape: RunShape, { lanes, readers = lanes }: RunOptions) {
    this.#shape = shape;
    this.#queue = new JobQueue(shape.shardSize, readers === 1 ? "in-order" : "largest-first");
    this.readers = readers;
    this.control = RunControl.create(lanes);
    this.#digests = new RawDigests(DIGEST_BYTES[shape.algorithm]);
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
    if (this.#count + digests > MAX_DIGESTS) throw new RangeError("more digests than can be kept");
    this.#paths.push(path);
    this.#stats.push(stat);
    this.#firstDigest.push(this.#count);
    this.#count += digests;
    this.#open.push(wanted ? this.#queue.add(file, size) : NOT_WANTED);
    if (wanted) this.#bytes += size;
  }

  /** After the last file. */
  complete(): void {
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
    const { files, range } = planned;
    const { algorithm, shardSize } = this.#shape;
    let digests = 0;
    // An empty file has no digest in shards; it is checked all the same.
    const slots = Int32Array.from(files, (file) => (this.#hasDigest(file) ? digests++ : -1));
    if (range !== undefined) digests = digestsOf(range.end - range.start, shardSize);
    const results = new SharedArrayBuffer(digests * DIGEST_BYTES[algorithm]);
    this.#handedOut.set(lane, { ...planned, results });
    return {
      algorithm,
      chunk: joinChunk(
        files.map((file) => this.#paths[file] ?? ""),
        files.map((file) => this.#stats[file] ?? ""),
      ),
      files: Uint32Array.from(files),
      slots,
      results,
      control: this.control.buffer,
      lane,
      ...(range !== undefined && { range: shardSize === undefined ? range : { ...range, shardSize } }),
    };
  }

  /** The lane did what it took. */
  completed(lane: number): void {
    const done = this.#handedOut.get(lane);
    if (done === undefined) return;
    this.#handedOut.delete(lane);
    for (const [position, raw] of this.#placed(done)) this.#digests.put(position, raw);
    for (const file of done.files) this.#open[file] = (this.#open[file] ?? 0) - 1;
  }

  /** Stretches of a job's digests that belong next to each other, and where. */
  *#placed({ files, range, results }: HandedOut): Generator<readonly [number, Uint8Array]> {
    const { algorithm, shardSize } = this.#shape;
    const raw = new Uint8Array(results);
    if (range !== undefined) {
      yield [this.firstDigest(files[0] ?? 0) + (shardSize === undefined ? 0 : range.start / shardSize), raw];
      return;
    }
    const width = DIGEST_BYTES[algorithm];
    let from = 0;
    let to = 0;
    let position = 0;
    for (const file of files) {
      if (!this.#hasDigest(file)) continue;
      if (this.firstDigest(file) !== position + to - from) {
        yield [position, raw.subarray(from * width, to * width)];
        from = to;
        position = this.firstDigest(file);
      }
      to++;
    }
    yield [position, raw.subarray(from * width, to * width)];
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
    return this.#firstDigest[file] ?? this.#count;
  }

  /** Digests `[from, to)`, lower-case hex, end to end. */
  hex(from: number, to: number): string {
    return this.#digests.hex(from, to);
  }

  #hasDigest(file: number): boolean {
    return this.firstDigest(file + 1) > this.firstDigest(file);
  }
}
