import { DIGEST_BYTES, type DigestRequest } from "./digest-engine.ts";
import { digestsOf } from "./job-queue.ts";

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
