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
    readMetadata(readSmallFile(path, MAX_HEADER_BYTES, false) ?? Buffer.alloc(0), texts);
  } catch (error) {
    // The beginning ends within an entry, or the header is damaged: what came before counts.
    if (!(error instanceof RangeError)) throw error;
  }
  return texts;
}

function readMetadata(bytes: Buffer, texts: Map<string, string>): void {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError("the end of what was read");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const u32 = () => take(4).readUInt32LE();
  const u64 = () => Number(take(8).readBigUInt64LE());
  const text = (): string => {
    const length = u64();
    if (length > MAX_TEXT) throw new RangeError("a text that is too long");
    return take(length).toString("utf8");
  };
  // Lists of lists are not written by any tool.
  const skip = (type: number, count: number): void => {
    const size = FIXED_BYTES[type];
    if (size !== undefined) take(size * count);
    else if (type === TEXT) for (let item = 0; item < count; item++) take(u64());
    else throw new RangeError("an unknown type");
  };
  if (take(4).toString("latin1") !== MAGIC || !VERSIONS.has(u32())) return;
  // The number of tensors.
  u64();
  const count = u64();
  for (let entry = 0; entry < count; entry++) {
    const key = text();
    const type = u32();
    if (type === TEXT) texts.set(key, text());
    else if (type === LIST) skip(u32(), u64());
    else skip(type, 1);
  }
}
