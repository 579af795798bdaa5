/** Digests of one block. Blocks rather than one piece of memory: nobody knows at the beginning how many there will be. */
const BLOCK = 16_384;

/** Digests of one width by position, each written once and in any order. */
export class RawDigests {
  readonly #width: number;
  readonly #blocks = new Map<number, Buffer>();

  /** `width`: bytes of a digest. */
  constructor(width: number) {
    this.#width = width;
  }

  /** Writes the digests in `raw`, end to end, from the position `first` on. */
  put(first: number, raw: Uint8Array): void {
    const width = this.#width;
    for (let at = 0; at * width < raw.length; ) {
      const inBlock = (first + at) % BLOCK;
      const count = Math.min(BLOCK - inBlock, raw.length / width - at);
      this.#block(first + at).set(raw.subarray(at * width, (at + count) * width), inBlock * width);
      at += count;
    }
  }

  /** Digests `[from, to)`, lower-case hex, end to end. */
  hex(from: number, to: number): string {
    let text = "";
    for (let at = from; at < to; ) {
      const inBlock = at % BLOCK;
      const count = Math.min(BLOCK - inBlock, to - at);
      text += this.#block(at).toString("hex", inBlock * this.#width, (inBlock + count) * this.#width);
      at += count;
    }
    return text;
  }

  #block(position: number): Buffer {
    const index = Math.floor(position / BLOCK);
    const known = this.#blocks.get(index);
    if (known !== undefined) return known;
    const block = Buffer.alloc(BLOCK * this.#width);
    this.#blocks.set(index, block);
    return block;
  }
}
