import { I32, I64, V128, WasmFunction, wasmModule } from "./wasm-code.ts";
import {
  at,
  LANES,
  loadTransposed,
  REPLACE_LANE,
  SPLAT,
  storeTransposed,
  vectorWords,
  type Words,
} from "./wasm-vectors.ts";

/**
 * The compression function of BLAKE3 (paper of the authors, 2021, section 2.2) as WebAssembly: once for one message, and
 * once for four at a time, a lane of each vector for each. Made of instructions here, so that there is no binary to trust.
 */
export interface Blake3Kernel {
  /**
   * Hashes `groups` times four inputs that lie `stride` bytes apart, `blocks` whole blocks of each, from the initial value.
   *
   * @param counter of the first input; each next one counts `step` more
   * @param flags of every block; `first` and `last` are added to those of the first and the last
   * @param out gets 32 bytes for each input
   */
  hashMany(
    input: number,
    stride: number,
    blocks: number,
    groups: number,
    counter: bigint,
    step: number,
    flags: number,
    first: number,
    last: number,
    out: number,
  ): void;
  /** Compresses one block of `length` bytes, padded with zeros, into the chaining value at `value`. */
  compress(value: number, block: number, length: number, counter: bigint, flags: number): void;
}

export const IV = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const;

const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8] as const;
const ROUNDS = 7;
/** Columns, then diagonals. */
const MIXED = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** Throws where the machine has no vector instructions for WebAssembly. */
export function createKernel(memory: WebAssembly.Memory): Blake3Kernel {
  const module = new WebAssembly.Module(wasmModule({ hashMany: hashMany(), compress: compress() }));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!isKernel(exports)) throw new Error("not the module that was made");
  return exports;
}

function isKernel(exports: object): exports is Blake3Kernel {
  return "hashMany" in exports && "compress" in exports;
}

function rounds(code: WasmFunction, words: Words, v: readonly number[], m: readonly number[]): void {
  let order = m;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [a, b, c, d]] of MIXED.entries()) {
      mix(code, words, at(v, a), at(v, b), at(v, c), at(v, d), at(order, 2 * index), 16, 12);
      mix(code, words, at(v, a), at(v, b), at(v, c), at(v, d), at(order, 2 * index + 1), 8, 7);
    }
    order = PERMUTATION.map((from) => at(order, from));
  }
}

/** Half a quarter-round: a += b + m; d = (d ^ a) >>> r; c += d; b = (b ^ c) >>> s */
function mix(
  code: WasmFunction,
  words: Words,
  a: number,
  b: number,
  c: number,
  d: number,
  m: number,
  r: 16 | 8,
  s: 12 | 7,
): void {
  code.get(a);
  code.get(m);
  words.add();
  code.get(b);
  words.add();
  code.tee(a);
  code.get(d);
  words.xor();
  words.rotate(r);
  code.tee(d);
  code.get(c);
  words.add();
  code.tee(c);
  code.get(b);
  words.xor();
  words.rotate(s);
  code.set(b);
}

function compress(): WasmFunction {
  const code = new WasmFunction([I32, I32, I32, I64, I32]);
  const [value, block, length, counter, flags] = [0, 1, 2, 3, 4] as const;
  const v = Array.from({ length: 16 }, () => code.local(I32));
  const m = Array.from({ length: 16 }, () => code.local(I32));
  const words: Words = {
    add: () => code.emit(0x6a),
    xor: () => code.emit(0x73),
    rotate: (bits) => {
      code.i32(bits);
      code.emit(0x78);
    },
  };
  for (const [index, word] of m.entries()) {
    code.get(block);
    code.memory([0x28], 4 * index, 0);
    code.set(word);
  }
  for (let index = 0; index < 8; index++) {
    code.get(value);
    code.memory([0x28], 4 * index);
    code.set(at(v, index));
  }
  for (let index = 0; index < 4; index++) {
    code.i32(at(IV, index));
    code.set(at(v, 8 + index));
  }
  code.get(counter);
  code.emit(0xa7);
  code.set(at(v, 12));
  code.get(counter);
  code.emit(0x42, 32, 0x88, 0xa7);
  code.set(at(v, 13));
  code.get(length);
  code.set(at(v, 14));
  code.get(flags);
  code.set(at(v, 15));
  rounds(code, words, v, m);
  for (let index = 0; index < 8; index++) {
    code.get(value);
    code.get(at(v, index));
    code.get(at(v, index + 8));
    words.xor();
    code.memory([0x36], 4 * index);
  }
  return code;
}

function hashMany(): WasmFunction {
  const code = new WasmFunction([I32, I32, I32, I32, I64, I32, I32, I32, I32, I32]);
  const [input, stride, blocks, groups, counter, step, flags, first, last, out] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ] as const;
  const h = Array.from({ length: 8 }, () => code.local(V128));
  const v = Array.from({ length: 16 }, () => code.local(V128));
  const m = Array.from({ length: 16 }, () => code.local(V128));
  const lows = code.local(V128);
  const highs = code.local(V128);
  const scratch = code.local(V128);
  const pointers = LANES.map(() => code.local(I32));
  const left = code.local(I32);
  const blockFlags = code.local(I32);
  const lane = code.local(I64);
  const words = vectorWords(code, scratch);

  code.loop(() => {
    for (const [index, word] of h.entries()) {
      code.i32(at(IV, index));
      code.simd(SPLAT);
      code.set(word);
    }
    for (const [index, pointer] of pointers.entries()) {
      code.get(input);
      code.get(stride);
      code.i32(index);
      code.emit(0x6c, 0x6a);
      code.set(pointer);
      // counter + index * step
      code.get(counter);
      code.get(step);
      code.i32(index);
      code.emit(0x6c, 0xad, 0x7c);
      code.set(lane);
      for (const [vector, shift] of [
        [lows, 0],
        [highs, 32],
      ] as const) {
        code.get(vector);
        code.get(lane);
        code.emit(0x42, shift, 0x88, 0xa7);
        code.simd(REPLACE_LANE, index);
        code.set(vector);
      }
    }
    code.get(flags);
    code.get(first);
    code.emit(0x72);
    code.set(blockFlags);
    code.get(blocks);
    code.set(left);
    code.loop(() => {
      // The last block has flags of its own: blockFlags |= left == 1 ? last : 0
      code.get(blockFlags);
      code.get(last);
      code.i32(0);
      code.get(left);
      code.i32(1);
      code.emit(0x46, 0x1b, 0x72);
      code.set(blockFlags);
      loadTransposed(code, pointers, m, v);
      for (let index = 0; index < 8; index++) {
        code.get(at(h, index));
        code.set(at(v, index));
      }
      for (let index = 0; index < 4; index++) {
        code.i32(at(IV, index));
        code.simd(SPLAT);
        code.set(at(v, 8 + index));
      }
      code.get(lows);
      code.set(at(v, 12));
      code.get(highs);
      code.set(at(v, 13));
      code.i32(64);
      code.simd(SPLAT);
      code.set(at(v, 14));
      code.get(blockFlags);
      code.simd(SPLAT);
      code.set(at(v, 15));
      rounds(code, words, v, m);
      for (let index = 0; index < 8; index++) {
        code.get(at(v, index));
        code.get(at(v, index + 8));
        words.xor();
        code.set(at(h, index));
      }
      for (const pointer of pointers) code.advance(pointer, 64);
      code.get(flags);
      code.set(blockFlags);
      code.advance(left, -1);
      code.get(left);
    });
    storeTransposed(code, h, out, v);
    code.get(input);
    code.get(stride);
    code.i32(4);
    code.emit(0x6c, 0x6a);
    code.set(input);
    code.get(counter);
    code.get(step);
    code.i32(4);
    code.emit(0x6c, 0xad, 0x7c);
    code.set(counter);
    code.advance(out, 4 * 32);
    code.advance(groups, -1);
    code.get(groups);
  });
  return code;
}
