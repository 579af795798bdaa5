import type { HashAlgorithm } from "./digest-engine.ts";
import type { Fault, FileChunk } from "./protocol.ts";

/**
 * A piece of work for one thread, in a form that threads can post to each other.
 *
 * Without `range`: small files, one digest each. With it: one file, from `range.start` to `range.end`.
 */
export interface Job {
  readonly algorithm: HashAlgorithm;
  /** Two strings rather than many: they cross from thread to thread in a tenth of the time. */
  readonly chunk: FileChunk;
  /** Positions of the files in the request. */
  readonly files: Uint32Array;
  /** Where in `results` the (first) digest of each file goes; -1: it has none. */
  readonly slots: Int32Array;
  /** Bytes; `shardSize` absent: one digest over the range. */
  readonly range?: { readonly start: number; readonly end: number; readonly shardSize?: number };
  /** For the raw digests of this job, end to end. */
  readonly results: SharedArrayBuffer;
  /** See `RunControl`. */
  readonly control: SharedArrayBuffer;
  /** Which of the control's places this thread has. */
  readonly lane: number;
}

export type JobOutcome = (
  | { readonly state: "done" }
  | { readonly state: "stopped" }
  | { readonly state: "failed"; readonly fault: Fault }
) & {
  /** Milliseconds that the thread took. */
  readonly ms?: number;
};

/** Something that works on one job at a time: a thread, or the calling one. */
export interface Lane {
  run(job: Job): Promise<JobOutcome>;
  close(): Promise<void>;
}
