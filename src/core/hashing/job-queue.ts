/** Files up to this size are digested whole, in batches. It must fit the block of a `JobRunner`. */
export const SMALL_FILE_BYTES = 1024 * 1024;
/** Bounds of a batch: large enough that handing it over costs nothing, small enough that a cancel or an event waits for none. */
const BATCH_FILES = { least: 64, most: 512 };
/** The part of the files so far that a batch takes at most: what is last must not be much for one thread alone. */
const BATCH_PART = 1 / 16;
const BATCH_BYTES = 2 * 1024 * 1024;
/** Small shards next to each other that one job takes. */
const SHARD_RUN_BYTES = 8 * 1024 * 1024;
/** Raw digests of a request are kept in memory until its end. */
export const MAX_DIGESTS = 16_000_000;

/** Some small files whole (one digest each), or consecutive shards of one file. */
export interface PlannedJob {
  /** To be read. */
  readonly bytes: number;
  /** Positions in the request. */
  readonly files: readonly number[];
  /** Bytes of the one file. */
  readonly range?: { readonly start: number; readonly end: number };
}

/** How many digests a file has: none for an empty one in shards (OMS 6.3.2). */
export function digestsOf(size: number, shardSize: number | undefined): number {
  return shardSize === undefined ? 1 : Math.ceil(size / shardSize);
}

/**
 * Cuts the files of a request into jobs while they become known, and gives the jobs out.
 *
 * `largest-first`: what is started last must be small, or it runs alone at the end. Which is the largest is known only when
 * the list is complete; until then there are batches of small files to begin with. `in-order`: as listed.
 */
export class JobQueue {
  readonly #shardSize: number | undefined;
  readonly #order: "largest-first" | "in-order";
  #ready: PlannedJob[] = [];
  #taken = 0;
  #large: PlannedJob[] = [];
  #batch: number[] = [];
  #batchBytes = 0;
  #small = 0;
  #closed = false;

  constructor(shardSize: number | undefined, order: "largest-first" | "in-order") {
    this.#shardSize = shardSize;
    this.#order = order;
  }

  /** `size` in bytes. Returns how many jobs have to do with the file. */
  add(file: number, size: number): number {
    const shardSize = this.#shardSize;
    if (size <= SMALL_FILE_BYTES && digestsOf(size, shardSize) <= 1) {
      const most = Math.min(BATCH_FILES.most, Math.max(BATCH_FILES.least, this.#small++ * BATCH_PART));
      if (this.#batch.length >= most || this.#batchBytes + size > BATCH_BYTES) this.#closeBatch();
      this.#batch.push(file);
      this.#batchBytes += size;
      return 1;
    }
    if (this.#order === "in-order") this.#closeBatch();
    const large = this.#order === "in-order" ? this.#ready : this.#large;
    const step = shardSize === undefined ? size : shardSize * Math.max(1, Math.floor(SHARD_RUN_BYTES / shardSize));
    let jobs = 0;
    for (let start = 0; start < size; start += step, jobs++) {
      const end = Math.min(size, start + step);
      large.push({ bytes: end - start, files: [file], range: { start, end } });
    }
    return jobs;
  }

  /** There are no more files. */
  close(): void {
    this.#closeBatch();
    this.#large.sort((a, b) => b.bytes - a.bytes);
    this.#ready = [...this.#large, ...this.#ready.slice(this.#taken)];
    this.#taken = 0;
    this.#large = [];
    this.#closed = true;
  }

  /** Whether every job was given out and none will come. */
  get exhausted(): boolean {
    return this.#closed && this.waiting === 0;
  }

  /** Jobs to be had. */
  get waiting(): number {
    return this.#ready.length - this.#taken;
  }

  /** The job that comes next. */
  peek(): PlannedJob | undefined {
    return this.#ready[this.#taken];
  }

  take(): PlannedJob | undefined {
    const job = this.#ready[this.#taken];
    if (job !== undefined) this.#taken++;
    return job;
  }

  #closeBatch(): void {
    if (this.#batch.length > 0) this.#ready.push({ bytes: this.#batchBytes, files: this.#batch });
    this.#batch = [];
    this.#batchBytes = 0;
  }
}
