/** The part of the WebAssembly binary format (core specification 2.0, chapter 5) that one small module needs. */

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;
export type ValueType = typeof I32 | typeof I64 | typeof V128;

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of 32 bits. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

/** A function in the making: instructions are appended, the stack is the author's to keep in mind. */
export class WasmFunction {
  readonly #params: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #code: number[] = [];

  constructor(params: readonly ValueType[]) {
    this.#params = params;
  }

  /** A new local variable. */
  local(type: ValueType): number {
    this.#locals.push(type);
    return this.#params.length + this.#locals.length - 1;
  }

  emit(...bytes: number[]): void {
    for (const byte of bytes) this.#code.push(byte);
  }

  get(local: number): void {
    this.emit(0x20, ...unsigned(local));
  }

  set(local: number): void {
    this.emit(0x21, ...unsigned(local));
  }

  /** Keeps the value on the stack. */
  tee(local: number): void {
    this.emit(0x22, ...unsigned(local));
  }

  i32(value: number): void {
    this.emit(0x41, ...signed(value));
  }

  /** `local += value` */
  advance(local: number, value: number): void {
    this.get(local);
    this.i32(value);
    this.emit(0x6a);
    this.set(local);
  }

  /** Loads or stores at an address on the stack plus `offset`; `align` is a power of two. */
  memory(opcode: readonly number[], offset: number, align = 2): void {
    this.emit(...opcode, align, ...unsigned(offset));
  }

  /** An instruction of the vector extension. */
  simd(opcode: number, ...immediate: number[]): void {
    this.emit(0xfd, ...unsigned(opcode), ...immediate);
  }

  /** Runs `body` at least once, and again while what it leaves on the stack is not zero. */
  loop(body: () => void): void {
    this.emit(0x03, 0x40);
    body();
    this.emit(0x0d, 0x00, 0x0b);
  }

  get signature(): number[] {
    return [0x60, ...vector(this.#params.map((type) => [type])), 0x00];
  }

  get body(): number[] {
    const body = [...vector(this.#locals.map((type) => [0x01, type])), ...this.#code, 0x0b];
    return [...unsigned(body.length), ...body];
  }
}

/** A module of functions without results, over the memory `env.memory`. */
export function wasmModule(functions: Readonly<Record<string, WasmFunction>>): Uint8Array<ArrayBuffer> {
  const all = Object.entries(functions);
  const importMemory = [...name("env"), ...name("memory"), 0x02, 0x00, 0x01];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(all.map(([, { signature }]) => signature))),
    ...section(2, vector([importMemory])),
    ...section(3, vector(all.map((_, index) => unsigned(index)))),
    ...section(7, vector(all.map(([exported], index) => [...name(exported), 0x00, ...unsigned(index)]))),
    ...section(10, vector(all.map(([, { body }]) => body))),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return vector([...new TextEncoder().encode(text)].map((byte) => [byte]));
}
