import type { MessageDigest } from "./algorithms.ts";

/** Cuts a stream of bytes into shards and hands over the digest of each. */
export class DigestSink {
  readonly #digest: MessageDigest;
  readonly #shardSize: number;
  readonly #put: (hex: string) => void;
  /** Bytes of the present shard so far; nothing begun: -1. */
  #filled = -1;

  /** `shardSize` absent: everything is one digest. */
  constructor(digest: MessageDigest, shardSize: number | undefined, put: (hex: string) => void) {
    this.#digest = digest;
    this.#shardSize = shardSize ?? Number.POSITIVE_INFINITY;
    this.#put = put;
  }

  write(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#filled < 0 && rest.length >= this.#shardSize) {
        this.#put(this.#digest.whole(rest.subarray(0, this.#shardSize)));
        rest = rest.subarray(this.#shardSize);
        continue;
      }
      if (this.#filled < 0) this.#begin();
      const part = rest.subarray(0, Math.min(rest.length, this.#shardSize - this.#filled));
      this.#digest.update(part);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === this.#shardSize) this.#finish();
    }
  }

  /** After the last byte. */
  end(): void {
    if (this.#filled >= 0) this.#finish();
  }

  #begin(): void {
    this.#digest.begin();
    this.#filled = 0;
  }

  #finish(): void {
    this.#put(this.#digest.end());
    this.#filled = -1;
  }
}
