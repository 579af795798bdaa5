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

/** How many threads will find something to do, if every file is read; at least one. */
export function usefulThreads({ files, digests, bytes }: Measure): number {
  const wanted = Math.ceil(Math.max(files / FILES_PER_THREAD, bytes / BYTES_PER_THREAD));
  return Math.max(1, Math.min(wanted, digests));
}

/** Files counted without a pause: some milliseconds. */
const FILES_AT_ONCE = 50_000;

/** What a request comes to. Throws `USAGE` for what no engine can answer. */
export async function measureRequest({ files, shardSize }: DigestRequest): Promise<Measure> {
  if (shardSize !== undefined && (!Number.isSafeInteger(shardSize) || shardSize < 1)) {
    throw new ProvenanceError("USAGE", "The shard size must be a whole number of bytes, at least 1.", {
      details: { shardSize },
    });
  }
  let digests = 0;
  let bytes = 0;
  let counted = 0;
  for (const { size } of files) {
    digests += digestsOf(size, shardSize);
    bytes += size;
    if (++counted % FILES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  if (digests > MAX_DIGESTS) {
    throw new ProvenanceError(
      "USAGE",
      shardSize === undefined
        ? `There are ${digests} files; more than ${MAX_DIGESTS} cannot be digested at once.`
        : `Shards of ${shardSize} bytes make ${digests} digests of this model; more than ${MAX_DIGESTS} cannot be held. Take larger shards.`,
      { details: { digests, limit: MAX_DIGESTS } },
    );
  }
  return { files: files.length, digests, bytes };
}
