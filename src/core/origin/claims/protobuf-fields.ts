const MAX_VARINT_BYTES = 10;
/** Wire types. */
const VARINT = 0;
const BYTES = 2;
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Returns that many bytes of what is read, which are within its size. */
export type ReadBytes = (offset: number, length: number) => Buffer;

export interface Field {
  readonly number: number;
  /** Of a varint. */
  readonly value?: number;
  /** Where bytes are: a text, or another message. */
  readonly bytes?: { readonly offset: number; readonly length: number };
}

/**
 * The fields of a message in the wire format of protocol buffers; bytes and texts are skipped unread. Throws a RangeError
 * where it ends within a field, and for what is not in that format.
 *
 * @param size bytes
 */
export function* protobufFields(size: number, read: ReadBytes): Generator<Field> {
  let at = 0;
  const advance = (length: number): number => {
    const offset = at;
    at += length;
    if (at > size) throw new RangeError("the end");
    return offset;
  };
  const varint = (): number => {
    let value = 0;
    for (let place = 0; place < MAX_VARINT_BYTES; place++) {
      const byte = read(advance(1), 1).readUInt8();
      value += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number of more than 64 bits");
  };
  while (at < size) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === VARINT) yield { number, value: varint() };
    else {
      const length = type === BYTES ? varint() : FIXED_BYTES[type];
      if (length === undefined) throw new RangeError("an unknown wire type");
      const offset = advance(length);
      yield { number, ...(type === BYTES && { bytes: { offset, length } }) };
    }
  }
}
