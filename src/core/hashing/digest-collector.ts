import { ProvenanceError } from "../errors.ts";
import { DIGEST_BYTES, type DigestRequest } from "./digest-engine.ts";
import { digestsOf, MAX_DIGESTS } from "./job-queue.ts";

/** Puts the digests of a request back together, from text that comes in pieces. */
export class DigestCollector {
  readonly #request: DigestRequest;
  readonly #width: number;
  readonly #digests: string[][] = [];
  /** Of the file that comes next: what it has so far. */
  #present: string[] = [];

  constructor(request: DigestRequest) {
    this.#request = request;
    this.#width = DIGEST_BYTES[request.algorithm] * 2;
  }

  /** `hex`: whole digests in order of file and shard, end to end. Throws a RangeError for more than there can be. */
  add(hex: string): void {
    if (hex.length % this.#width !== 0) throw new RangeError("a cut digest");
    for (let at = 0; at < hex.length; at += this.#width) {
      this.#skipComplete();
      if (this.#digests.length === this.#request.files.length) throw new RangeError("more digests than files");
      this.#present.push(hex.slice(at, at + this.#width));
    }
  }

  /** After the last piece. Throws a RangeError where a digest is missing. */
  end(): readonly (readonly string[])[] {
    this.#skipComplete();
    if (this.#digests.length < this.#request.files.length) throw new RangeError("fewer digests than files");
    return this.#digests;
  }

  #skipComplete(): void {
    const { files, shardSize } = this.#request;
    for (let file = files[this.#digests.length]; file !== undefined; file = files[this.#digests.length]) {
      if (this.#present.length < digestsOf(file.size, shardSize)) return;
      this.#digests.push(this.#present);
      this.#present = [];
    }
  }
}

export interface Measure {
  readonly digests: number;
  readonly bytes: number;
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
  for (const [at, { size }] of files.entries()) {
    if (at % FILES_AT_ONCE === FILES_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
    digests += digestsOf(size, shardSize);
    bytes += size;
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
  return { digests, bytes };
}
