const HEADER = Buffer.from("ff744f6300000002", "hex");
/** Where the number of objects is, and their identifiers begin, in an index of version 2 (gitformat-pack(5)). */
const COUNT = 1028;
const IDS = 1032;
const ID_BYTES = 20;

/**
 * Where an object begins in the pack of an index.
 *
 * @param id lower-case hex SHA-1
 * @returns undefined where it is not in it; throws a RangeError for an index that is damaged
 */
export function offsetInPack(index: Buffer, id: string): number | undefined {
  if (!index.subarray(0, HEADER.length).equals(HEADER)) throw new RangeError("an index of another version");
  const count = index.readUInt32BE(COUNT);
  const at = search(index.subarray(IDS, IDS + count * ID_BYTES), Buffer.from(id, "hex"));
  if (at === undefined) return undefined;
  const offsets = IDS + count * (ID_BYTES + 4);
  const offset = index.readUInt32BE(offsets + at * 4);
  if (offset < 0x8000_0000) return offset;
  return Number(index.readBigUInt64BE(offsets + count * 4 + (offset - 0x8000_0000) * 8));
}

/** The position of an entry in a sorted list of identifiers. */
function search(ids: Buffer, id: Buffer): number | undefined {
  let low = 0;
  let high = Math.floor(ids.length / ID_BYTES);
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = ids.compare(id, 0, ID_BYTES, middle * ID_BYTES, (middle + 1) * ID_BYTES);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}
