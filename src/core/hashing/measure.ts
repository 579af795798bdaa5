import { ProvenanceError } from "../errors.ts";
import type { DigestRequest } from "./digest-engine.ts";
import { digestsOf, MAX_DIGESTS } from "./job-queue.ts";

/** What a request comes to. */
export interface Measure {
  readonly files: number;
  readonly digests: number;
  readonly bytes: number;
}

/** A thread takes some ten milliseconds to start: for less than that it is not worth it. */
const FILES_PER_THREAD = 1000;
const BYTES_PER_THREAD = 16 * 1024 * 1024;

/** A list of so many files that goes on is a long one, and so many threads will find something to do. */
const LONG_LIST = 100;
const LONG_LIST_THREADS = 4;

/** How many threads will find something to do, if every file is read; at least one. `goesOn`: there will be more files. */
export function usefulThreads({ files, digests, bytes }: Measure, goesOn = false): number {
  const wanted = Math.ceil(Math.max(files / FILES_PER_THREAD, bytes / BYTES_PER_THREAD));
  return Math.max(goesOn && files > LONG_LIST ? LONG_LIST_THREADS : 1, Math.min(wanted, digests));
}

/** Adds up what a request comes to, file by file. */
export class RequestMeasure implements Measure {
  readonly #shardSize: number | undefined;
  files = 0;
  digests = 0;
  bytes = 0;

  /** Throws `USAGE` for a size of shards that there cannot be. */
  constructor(shardSize: number | undefined) {
    this.#shardSize = shardSize;
    if (shardSize === undefined || (Number.isSafeInteger(shardSize) && shardSize >= 1)) return;
    throw new ProvenanceError("USAGE", "The shard size must be a whole number of bytes, at least 1.", {
      details: { shardSize },
    });
  }

  /** `size` in bytes. */
  add(size: number): void {
    this.files++;
    this.digests += digestsOf(size, this.#shardSize);
    this.bytes += size;
  }

  /** Throws `USAGE` for more than an engine can hold. */
  check(): void {
    const { files, digests } = this;
    if (digests <= MAX_DIGESTS) return;
    throw new ProvenanceError(
      "USAGE",
      this.#shardSize === undefined
        ? `There are ${files} files; more than ${MAX_DIGESTS} cannot be digested at once.`
        : `Shards of ${this.#shardSize} bytes make ${digests} digests of this model; more than ${MAX_DIGESTS} cannot be held. Take larger shards.`,
      { details: { digests, limit: MAX_DIGESTS } },
    );
  }
}

/** Files counted without a pause: some milliseconds. */
const FILES_AT_ONCE = 50_000;

/** What a request comes to. Throws `USAGE` for what no engine can answer. */
export async function measureRequest({ files, shardSize }: DigestRequest): Promise<Measure> {
  const measure = new RequestMeasure(shardSize);
  for (const { size } of files) {
    measure.add(size);
    if (measure.files % FILES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  measure.check();
  return measure;
}
