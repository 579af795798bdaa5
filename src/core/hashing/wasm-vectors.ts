import type { WasmFunction } from "./wasm-code.ts";

export const LANES = [0, 1, 2, 3] as const;

/** Words of one message, or of four at a time. */
export interface Words {
  add(): void;
  xor(): void;
  /** Rotates the value on the stack to the right. */
  rotate(bits: 16 | 12 | 8 | 7): void;
}

const LOAD = 0x00;
const STORE = 0x0b;
const SHUFFLE = 0x0d;
export const SPLAT = 0x11;
export const REPLACE_LANE = 0x1c;
const OR = 0x50;
const XOR = 0x51;
const SHIFT_LEFT = 0xab;
const SHIFT_RIGHT = 0xad;
const ADD = 0xae;

export function vectorWords(code: WasmFunction, scratch: number): Words {
  return {
    add: () => code.simd(ADD),
    xor: () => code.simd(XOR),
    rotate: (bits) => {
      if (bits === 16 || bits === 8) {
        // Whole bytes: one shuffle.
        code.tee(scratch);
        code.get(scratch);
        const shift = bits / 8;
        code.simd(SHUFFLE, ...LANES.flatMap((word) => LANES.map((byte) => 4 * word + ((byte + shift) % 4))));
        return;
      }
      code.tee(scratch);
      code.i32(bits);
      code.simd(SHIFT_RIGHT);
      code.get(scratch);
      code.i32(32 - bits);
      code.simd(SHIFT_LEFT);
      code.simd(OR);
    },
  };
}

/** Words `w` of two vectors, `x` from the first where below 4. */
function shuffleWords(code: WasmFunction, a: number, b: number, picked: readonly number[]): void {
  code.get(a);
  code.get(b);
  code.simd(SHUFFLE, ...picked.flatMap((word) => LANES.map((byte) => 4 * word + byte)));
}

/** The four vectors become their transpose; `t` are four to work with. */
function transpose(code: WasmFunction, rows: readonly number[], t: readonly number[]): void {
  const [a, b, c, d] = [at(rows, 0), at(rows, 1), at(rows, 2), at(rows, 3)];
  for (const [index, [x, y, picked]] of (
    [
      [a, b, [0, 4, 1, 5]],
      [c, d, [0, 4, 1, 5]],
      [a, b, [2, 6, 3, 7]],
      [c, d, [2, 6, 3, 7]],
    ] as const
  ).entries()) {
    shuffleWords(code, x, y, picked);
    code.set(at(t, index));
  }
  for (const [index, [x, y, picked]] of (
    [
      [0, 1, [0, 1, 4, 5]],
      [0, 1, [2, 3, 6, 7]],
      [2, 3, [0, 1, 4, 5]],
      [2, 3, [2, 3, 6, 7]],
    ] as const
  ).entries()) {
    shuffleWords(code, at(t, x), at(t, y), picked);
    code.set(at(rows, index));
  }
}

/** Word `i` of each of the four blocks becomes vector `i`. */
export function loadTransposed(
  code: WasmFunction,
  pointers: readonly number[],
  m: readonly number[],
  t: readonly number[],
): void {
  for (let quarter = 0; quarter < 4; quarter++) {
    const rows = LANES.map((lane) => at(m, 4 * quarter + lane));
    for (const [lane, row] of rows.entries()) {
      code.get(at(pointers, lane));
      code.simd(LOAD, 0, 16 * quarter);
      code.set(row);
    }
    transpose(code, rows, t);
  }
}

/** The reverse, for chaining values: 32 bytes for each lane. */
export function storeTransposed(code: WasmFunction, h: readonly number[], out: number, t: readonly number[]): void {
  for (let half = 0; half < 2; half++) {
    const rows = LANES.map((lane) => at(h, 4 * half + lane));
    transpose(code, rows, t);
    for (const [lane, row] of rows.entries()) {
      code.get(out);
      code.get(row);
      code.simd(STORE, 0, 32 * lane + 16 * half);
    }
  }
}

/** The element that is known to be there. */
export function at(list: readonly number[], index: number): number {
  const value = list[index];
  if (value === undefined) throw new RangeError("out of the list");
  return value;
}
