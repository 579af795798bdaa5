import { readSmallFile } from "../../model/read-small-file.ts";

/** Where `general.*` is: tools write it before the vocabulary, which has megabytes. */
const MAX_HEADER_BYTES = 256 * 1024;
const MAGIC = "GGUF";
const VERSIONS: ReadonlySet<number> = new Set([2, 3]);
const TEXT = 8;
const LIST = 9;
/** Bytes of a value, by its type; text and lists have a length of their own. */
const FIXED_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8] as const;
/** No general field comes close; a longer one ends the reading. */
const MAX_TEXT = 64 * 1024;

/**
 * The texts among the metadata of a GGUF file (ggml, `docs/gguf.md`), as far as its beginning holds them.
 *
 * @returns nothing for another format or version
 */
export function readGgufTexts(path: string): Map<string, string> {
  const texts = new Map<string, string>();
  try {
    const reader = new Reader(readSmallFile(path, MAX_HEADER_BYTES, false) ?? Buffer.alloc(0));
    if (reader.take(4).toString("latin1") !== MAGIC || !VERSIONS.has(reader.u32())) return texts;
    reader.u64();
    const count = reader.u64();
    for (let at = 0; at < count; at++) {
      const key = reader.text();
      const type = reader.u32();
      if (type === TEXT) texts.set(key, reader.text());
      else if (type === LIST) reader.skip(reader.u32(), reader.u64());
      else reader.skip(type, 1);
    }
  } catch (error) {
    // The beginning ends within an entry, or the header is damaged: what came before counts.
    if (!(error instanceof RangeError)) throw error;
  }
  return texts;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError("the end of what was read");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  u64(): number {
    return Number(this.take(8).readBigUInt64LE());
  }

  text(): string {
    const length = this.u64();
    if (length > MAX_TEXT) throw new RangeError("a text that is too long");
    return this.take(length).toString("utf8");
  }

  /** Lists of lists are not written by any tool. */
  skip(type: number, count: number): void {
    const size = FIXED_BYTES[type];
    if (size !== undefined) this.take(size * count);
    else if (type === TEXT) for (let at = 0; at < count; at++) this.take(this.u64());
    else throw new RangeError("an unknown type");
  }
}
