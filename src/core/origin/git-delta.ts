/** The bytes that applying a delta gives (gitformat-pack(5), "Deltified representation"). */
export function resultSize(delta: Buffer): number {
  return readSize(delta, readSize(delta, 0).end).size;
}

/** Applies a delta to its base; throws a RangeError where they do not belong together. */
export function applyDelta(delta: Buffer, base: Buffer): Buffer {
  const { size, end } = readSize(delta, 0);
  if (size !== base.length) throw new RangeError("a delta of another base");
  const { size: length, end: start } = readSize(delta, end);
  const result = Buffer.alloc(length);
  let filled = 0;
  for (let at = start; at < delta.length; ) {
    const instruction = delta.readUInt8(at++);
    if (instruction === 0) throw new RangeError("an unknown instruction");
    let part: Buffer;
    if (instruction < 128) {
      part = delta.subarray(at, at + instruction);
      at += instruction;
    } else {
      const numbers = [0, 0, 0, 0, 0, 0, 0].map((_, bit) => ((instruction >> bit) & 1 ? delta.readUInt8(at++) : 0));
      const [o0 = 0, o1 = 0, o2 = 0, o3 = 0, s0 = 0, s1 = 0, s2 = 0] = numbers;
      const offset = o0 + o1 * 0x100 + o2 * 0x10000 + o3 * 0x1000000;
      part = base.subarray(offset, offset + (s0 + s1 * 0x100 + s2 * 0x10000 || 0x10000));
    }
    filled += part.copy(result, filled);
  }
  if (filled !== length) throw new RangeError("a result of another size");
  return result;
}

function readSize(delta: Buffer, start: number): { readonly size: number; readonly end: number } {
  let at = start;
  let size = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = delta.readUInt8(at++);
    size += (byte & 127) * scale;
    if (byte < 128) return { size, end: at };
  }
}
