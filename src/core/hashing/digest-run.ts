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

export type RunOutcome =
  | { readonly state: "done" }
  | { readonly state: "cancelled" }
  | { readonly state: "failed"; readonly fault: Fault };

/** One request on its way: what is still to be handed out, what came back, and the digests so far. */
export class DigestRun {
  readonly control: RunControl;
  readonly digestCount: number;
  readonly bytesTotal: number;
  readonly #input: RunInput;
  readonly #firstDigest: Float64Array;
  readonly #results: SharedArrayBuffer;
  readonly #jobs: PlannedJob[];
  #next = 0;
  #ended = 0;
  #fault: Fault | undefined;
  #cancelled = false;

  /** `lanes`: how many threads there can be at most. */
  constructor(input: RunInput, lanes: number) {
    const sizes = Float64Array.from(input.stats, sizeOfStatLine);
    const plan = planJobs(sizes, input.shardSize);
    this.#input = input;
    this.#jobs = plan.jobs;
    this.#firstDigest = plan.firstDigest;
    this.digestCount = plan.digestCount;
    this.bytesTotal = sizes.reduce((sum, size) => sum + size, 0);
    this.control = RunControl.create(lanes);
    this.#results = new SharedArrayBuffer(plan.digestCount * DIGEST_BYTES[input.algorithm]);
  }

  /** Jobs that nobody has yet. */
  get waiting(): number {
    return this.#fault === undefined && !this.#cancelled ? this.#jobs.length - this.#next : 0;
  }

  /** The largest job that nobody has yet. */
  peek(): PlannedJob | undefined {
    return this.waiting > 0 ? this.#jobs[this.#next] : undefined;
  }

  /** Hands out the job that `peek` shows. */
  take(lane: number): Job | undefined {
    const planned = this.peek();
    if (planned === undefined) return undefined;
    this.#next++;
    const files = "files" in planned ? planned.files : [planned.file];
    const { algorithm, shardSize, paths, stats } = this.#input;
    const job = {
      algorithm,
      paths: files.map((file) => paths[file] ?? ""),
      stats: files.map((file) => stats[file] ?? ""),
      files: Uint32Array.from(files),
      results: this.#results,
      control: this.control.buffer,
      lane,
    };
    if ("files" in planned) return { ...job, slots: Float64Array.from(files, (file) => this.#slot(file)) };
    const slot = (this.#firstDigest[planned.file] ?? 0) + (shardSize === undefined ? 0 : planned.start / shardSize);
    const range = { start: planned.start, end: planned.end };
    return {
      ...job,
      slots: Float64Array.of(slot),
      range: shardSize === undefined ? range : { ...range, shardSize },
    };
  }

  completed(): void {
    this.#ended++;
  }

  fail(fault: Fault): void {
    this.#fault ??= fault;
    this.control.stop();
  }

  cancel(): void {
    this.#cancelled = true;
    this.control.stop();
  }

  /** How the request ended; to be asked when no thread works for it. */
  get outcome(): RunOutcome | undefined {
    if (this.#cancelled) return { state: "cancelled" };
    if (this.#fault !== undefined) return { state: "failed", fault: this.#fault };
    return this.#ended === this.#jobs.length ? { state: "done" } : undefined;
  }

  /** Digests `[from, to)`, lower-case hex, end to end. */
  hex(from: number, to: number): string {
    const bytes = DIGEST_BYTES[this.#input.algorithm];
    return Buffer.from(this.#results, from * bytes, (to - from) * bytes).toString("hex");
  }

  /** An empty file has no digest in shards; it is checked all the same. */
  #slot(file: number): number {
    const first = this.#firstDigest[file] ?? 0;
    const next = this.#firstDigest[file + 1] ?? this.digestCount;
    return next > first ? first : -1;
  }
}
