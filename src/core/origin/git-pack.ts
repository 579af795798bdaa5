import { closeSync, openSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { readAt } from "../model/read-small-file.ts";
import { applyDelta, deltaSizes } from "./git-delta.ts";
import type { GitObject, GitObjectType } from "./git-object.ts";

/** Numbers of a pack's types (gitformat-pack(5)). */
const TYPES: Readonly<Record<number, GitObjectType>> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;

const INDEX_HEADER = Buffer.from("ff744f6300000002", "hex");
const FANOUT = { start: 8, entries: 256 } as const;
const ID_BYTES = 20;
/** Git makes chains of at most 50 by default, and of 4095 at the most. */
const MAX_CHAIN = 4095;
/** Bytes of a base or a delta that are worth reading for a small object. */
const MAX_PART = 32 * 1024 * 1024;
/** An entry's header and the reference that follows it. */
const MAX_ENTRY_HEADER = 64;

interface Entry {
  readonly kind: number;
  readonly size: number;
  /** Where its compressed data begin. */
  readonly data: number;
  /** Of a delta. */
  readonly base?: number | string;
}

/** A pack and its index, of version 2. */
export class GitPack {
  readonly #path: string;
  #index: number | undefined;
  #pack: number | undefined;
  #fanout: Buffer | undefined;

  /** @param path without its ending */
  constructor(path: string) {
    this.#path = path;
  }

  /** See {@link GitObjects.read}; throws for a pack that is damaged. */
  read(id: string, limit: number): GitObject | undefined {
    const offset = this.#find(id);
    return offset === undefined ? undefined : this.#read(offset, limit, 0);
  }

  close(): void {
    for (const file of [this.#index, this.#pack]) if (file !== undefined) closeSync(file);
    this.#index = undefined;
    this.#pack = undefined;
  }

  #find(id: string): number | undefined {
    this.#index ??= openSync(`${this.#path}.idx`, "r");
    const index = this.#index;
    this.#fanout ??= readFanout(index);
    const first = Number.parseInt(id.slice(0, 2), 16);
    const from = first === 0 ? 0 : this.#fanout.readUInt32BE((first - 1) * 4);
    const to = this.#fanout.readUInt32BE(first * 4);
    const count = this.#fanout.readUInt32BE((FANOUT.entries - 1) * 4);
    const ids = FANOUT.start + FANOUT.entries * 4;
    const names = readExactly(index, ids + from * ID_BYTES, (to - from) * ID_BYTES);
    const at = search(names, Buffer.from(id, "hex"));
    if (at === undefined) return undefined;
    const offsets = ids + count * (ID_BYTES + 4);
    const offset = readExactly(index, offsets + (from + at) * 4, 4).readUInt32BE();
    if (offset < 0x8000_0000) return offset;
    return Number(readExactly(index, offsets + count * 4 + (offset - 0x8000_0000) * 8, 8).readBigUInt64BE());
  }

  #read(offset: number, limit: number, depth: number): GitObject | undefined {
    const { kind, size, data, base } = this.#entry(offset);
    if (base === undefined) {
      const type = TYPES[kind];
      if (type === undefined) return undefined;
      return size > limit ? { type, size } : { type, size, content: this.#inflate(data, size) };
    }
    const from = typeof base === "number" ? base : this.#find(base);
    if (from === undefined || depth >= MAX_CHAIN || size > MAX_PART) return undefined;
    const delta = this.#inflate(data, size);
    const sizes = deltaSizes(delta);
    const whole = sizes.result <= limit;
    const source = this.#read(from, whole ? MAX_PART : 0, depth + 1);
    if (source === undefined) return undefined;
    if (!whole) return { type: source.type, size: sizes.result };
    if (source.content === undefined) return undefined;
    return { type: source.type, size: sizes.result, content: applyDelta(delta, source.content) };
  }

  #entry(offset: number): Entry {
    this.#pack ??= openSync(`${this.#path}.pack`, "r");
    const bytes = readAt(this.#pack, offset, MAX_ENTRY_HEADER);
    let at = 0;
    let byte = bytes.readUInt8(at++);
    const kind = (byte >> 4) & 7;
    let size = byte & 15;
    for (let scale = 16; byte >= 128; scale *= 128) {
      byte = bytes.readUInt8(at++);
      size += (byte & 127) * scale;
    }
    if (kind === REFERENCE_DELTA) {
      const base = bytes.toString("hex", at, at + ID_BYTES);
      return { kind, size, data: offset + at + ID_BYTES, base };
    }
    if (kind !== OFFSET_DELTA) return { kind, size, data: offset + at };
    byte = bytes.readUInt8(at++);
    let back = byte & 127;
    while (byte >= 128) {
      byte = bytes.readUInt8(at++);
      back = (back + 1) * 128 + (byte & 127);
    }
    if (back <= 0 || back > offset) throw new RangeError("a delta without a base");
    return { kind, size, data: offset + at, base: offset - back };
  }

  #inflate(at: number, size: number): Buffer {
    if (this.#pack === undefined) throw new Error("The pack is not open.");
    // What is incompressible grows a little.
    const compressed = readAt(this.#pack, at, size + Math.ceil(size / 100) + 1024);
    const content = inflateSync(compressed, { maxOutputLength: size + 1 });
    if (content.length !== size) throw new RangeError("an object of another size");
    return content;
  }
}

function readFanout(index: number): Buffer {
  if (!readExactly(index, 0, FANOUT.start).equals(INDEX_HEADER)) throw new RangeError("an index of another version");
  return readExactly(index, FANOUT.start, FANOUT.entries * 4);
}

/** The position of an entry in a sorted list of identifiers. */
function search(names: Buffer, id: Buffer): number | undefined {
  let low = 0;
  let high = names.length / ID_BYTES;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = names.compare(id, 0, ID_BYTES, middle * ID_BYTES, (middle + 1) * ID_BYTES);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

function readExactly(file: number, position: number, length: number): Buffer {
  const bytes = readAt(file, position, length);
  if (bytes.length < length) throw new RangeError("cut short");
  return bytes;
}
