const MAX_VARINT_BYTES = 10;

/** The wire types of protocol buffers that are in use. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export interface Field {
  readonly number: number;
  readonly type: number;
  /** Bytes of a value of the type `bytes`, which follow; 0 for other types, whose values follow, too. */
  readonly length: number;
}

/** Reads the wire format of protocol buffers. Throws a RangeError at the end, and for what is not in that format. */
export class ProtobufReader {
  readonly #read: (offset: number, length: number) => Buffer;
  readonly #size: number;
  #at = 0;

  /**
   * @param size bytes
   * @param read returns as many bytes as asked for, which are within the size
   */
  constructor(size: number, read: (offset: number, length: number) => Buffer) {
    this.#size = size;
    this.#read = read;
  }

  static of(bytes: Buffer): ProtobufReader {
    return new ProtobufReader(bytes.length, (offset, length) => bytes.subarray(offset, offset + length));
  }

  isAtEnd(): boolean {
    return this.#at >= this.#size;
  }

  field(): Field {
    const tag = this.varint();
    const type = tag % 8;
    return { number: Math.floor(tag / 8), type, length: type === WIRE.bytes ? this.varint() : 0 };
  }

  take(length: number): Buffer {
    const offset = this.#at;
    this.#advance(length);
    return this.#read(offset, length);
  }

  /** Skips the value of a field, unread. */
  skip({ type, length }: Field): void {
    if (type === WIRE.varint) this.varint();
    else if (type === WIRE.fixed64) this.#advance(8);
    else if (type === WIRE.fixed32) this.#advance(4);
    else if (type === WIRE.bytes) this.#advance(length);
    else throw new RangeError("an unknown wire type");
  }

  varint(): number {
    let value = 0;
    for (let at = 0; at < MAX_VARINT_BYTES; at++) {
      const byte = this.take(1).readUInt8();
      value += (byte & 0x7f) * 2 ** (7 * at);
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number of more than 64 bits");
  }

  #advance(length: number): void {
    if (this.#at + length > this.#size) throw new RangeError("the end");
    this.#at += length;
  }
}
