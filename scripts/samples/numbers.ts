/** Small floats that are the same on every machine and at every run (a linear congruential sequence). */
export function numbers(count: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  let state = seed >>> 0;
  for (let index = 0; index < count; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[index] = (state / 0x1_0000_0000 - 0.5) / 8;
  }
  return values;
}

/** Little-endian, as all three tensor formats have it. */
export function floatBytes(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeFloatLE(value, index * 4);
  });
  return bytes;
}

export interface Tensor {
  readonly name: string;
  /** Outermost dimension first. */
  readonly shape: readonly number[];
}

export function elements(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}
