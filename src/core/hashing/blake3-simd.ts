import { type Blake3Kernel, createKernel, IV } from "./blake3-kernel.ts";

const BLOCK = 64;
const CHUNK = 1024;
/** Chunks that are hashed together: a complete subtree, a power of two. */
const UNIT_CHUNKS = 128;
const UNIT = UNIT_CHUNKS * CHUNK;
const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;
const ROOT = 8;

/** Memory: the input, chaining values of a unit on two levels, the stack of subtrees, one block, one chaining value. */
const INPUT = 0;
const LEVEL_A = INPUT + UNIT;
const LEVEL_B = LEVEL_A + UNIT_CHUNKS * 32;
const STACK = LEVEL_B + UNIT_CHUNKS * 32;
const STACK_DEPTH = 64;
const LAST = STACK + STACK_DEPTH * 32;
const VALUE = LAST + BLOCK;
const PAGES = Math.ceil((VALUE + 32) / 65_536);

/** BLAKE3 with an output of 32 bytes, four chunks at a time. Throws where the machine has no vector instructions. */
export class Blake3Simd {
  readonly #kernel: Blake3Kernel;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  #filled = 0;
  /** Units that were hashed before the present one. */
  #units = 0;
  /** Chaining values on the stack. */
  #depth = 0;

  constructor() {
    const memory = new WebAssembly.Memory({ initial: PAGES });
    this.#kernel = createKernel(memory);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#words = new Uint32Array(memory.buffer);
  }

  init(): void {
    this.#filled = 0;
    this.#units = 0;
    this.#depth = 0;
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      // Only now: the end of the message is hashed in another way, and this may have been it.
      if (this.#filled === UNIT) this.#hashUnit();
      const part = bytes.subarray(at, at + UNIT - this.#filled);
      this.#bytes.set(part, INPUT + this.#filled);
      this.#filled += part.length;
      at += part.length;
    }
  }

  /** Lower-case hex. */
  digest(): string {
    const chunks = Math.max(1, Math.ceil(this.#filled / CHUNK));
    const before = this.#units * UNIT_CHUNKS;
    if (chunks > 1) {
      this.#hashChunks(chunks - 1);
      for (let chunk = 0; chunk < chunks - 1; chunk++) {
        this.#bytes.copyWithin(VALUE, LEVEL_A + chunk * 32, LEVEL_A + chunk * 32 + 32);
        this.#push(before + chunk + 1);
      }
    }
    this.#hashLastChunk(INPUT + (chunks - 1) * CHUNK, this.#filled - (chunks - 1) * CHUNK, before + chunks - 1);
    while (this.#depth > 0) {
      this.#depth--;
      this.#bytes.copyWithin(STACK + this.#depth * 32 + 32, VALUE, VALUE + 32);
      this.#parent(STACK + this.#depth * 32, this.#depth === 0 ? ROOT : 0);
    }
    return Buffer.from(this.#bytes.slice(VALUE, VALUE + 32)).toString("hex");
  }

  /** Turns a full input into one chaining value on the stack. */
  #hashUnit(): void {
    this.#hashChunks(UNIT_CHUNKS);
    let from = LEVEL_A;
    let to = LEVEL_B;
    for (let nodes = UNIT_CHUNKS / 2; nodes >= 1; nodes /= 2) {
      // Where fewer than four are left, the other lanes hash what lies there, and nobody reads it.
      this.#kernel.hashMany(from, BLOCK, 1, Math.ceil(nodes / 4), 0n, 0, PARENT, 0, 0, to);
      [from, to] = [to, from];
    }
    this.#bytes.copyWithin(VALUE, from, from + 32);
    this.#units++;
    this.#filled = 0;
    this.#push(this.#units);
  }

  /** Chaining values of the first chunks of the input, to `LEVEL_A`. */
  #hashChunks(count: number): void {
    const counter = BigInt(this.#units * UNIT_CHUNKS);
    const groups = Math.ceil(count / 4);
    this.#kernel.hashMany(INPUT, CHUNK, CHUNK / BLOCK, groups, counter, 1, 0, CHUNK_START, CHUNK_END, LEVEL_A);
  }

  /**
   * Puts the chaining value on the stack, after merging it with its left neighbours where a subtree is complete.
   *
   * @param count of subtrees of this size so far, this one included
   */
  #push(count: number): void {
    for (let rest = count; rest % 2 === 0; rest /= 2) {
      this.#depth--;
      this.#bytes.copyWithin(STACK + this.#depth * 32 + 32, VALUE, VALUE + 32);
      this.#parent(STACK + this.#depth * 32, 0);
    }
    this.#bytes.copyWithin(STACK + this.#depth * 32, VALUE, VALUE + 32);
    this.#depth++;
  }

  /** Two chaining values next to each other become one. */
  #parent(pair: number, root: number): void {
    this.#words.set(IV, VALUE / 4);
    this.#kernel.compress(VALUE, pair, BLOCK, 0n, PARENT | root);
  }

  #hashLastChunk(start: number, length: number, counter: number): void {
    this.#words.set(IV, VALUE / 4);
    const blocks = Math.max(1, Math.ceil(length / BLOCK));
    const root = this.#depth === 0 ? ROOT : 0;
    for (let block = 0; block < blocks; block++) {
      const at = start + block * BLOCK;
      const size = Math.min(BLOCK, length - block * BLOCK);
      const first = block === 0 ? CHUNK_START : 0;
      const last = block === blocks - 1 ? CHUNK_END | root : 0;
      this.#bytes.fill(0, LAST, LAST + BLOCK);
      this.#bytes.copyWithin(LAST, at, at + size);
      this.#kernel.compress(VALUE, LAST, size, BigInt(counter), first | last);
    }
  }
}
