import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { readAt, readSmallFile, withRegularFile } from "../model/read-small-file.ts";
import { namesIn } from "../model/stat-if-readable.ts";
import { applyDelta, resultSize } from "./git-delta.ts";
import { offsetInPack } from "./git-pack-index.ts";

/** Objects of these types are read; the number of each is its type in a pack (gitformat-pack(5)). */
const TYPES = { commit: 1, tree: 2, blob: 3 } as const;
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;

/** Bytes of a base that is read for a small object. */
const MAX_BASE = 32 * 1024 * 1024;
/** Git makes chains of at most 50 by default, and of 4095 at the most. */
const MAX_CHAIN = 4095;
/** An entry's header and the reference that follows it. */
const MAX_ENTRY_HEADER = 64;
/** Bytes that inflate to the header of a loose object, and to not more than a thousand times as much. */
const HEADER_INPUT = 256;
const HEADER = /^([a-z]+) (\d+)\0/;
/** `Z_SYNC_FLUSH`: input that ends early is no error. */
const SYNC_FLUSH = 2;
/** Bytes of all indexes of one repository: some eight million objects. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;
/** Bytes of objects, and of their bases, that are read of one repository: more is what only a hostile one needs. */
const MAX_BYTES = 1024 * 1024 * 1024;

type Content = Buffer | "larger" | undefined;

interface Request {
  readonly type: keyof typeof TYPES;
  /** Bytes. */
  readonly limit: number;
}

interface Pack {
  /** Without its ending. */
  readonly path: string;
  readonly index: Buffer;
}

/** Reads objects of one repository: loose ones and those in packs. */
export class GitObjects {
  readonly #folder: string;
  readonly #packs: readonly Pack[];
  #left = MAX_BYTES;

  /** @param folder its `objects` */
  constructor(folder: string) {
    this.#folder = folder;
    this.#packs = packsIn(join(folder, "pack"));
  }

  /**
   * @param id lower-case hex SHA-1
   * @param limit bytes of its content
   * @returns `larger` for an object of more bytes; undefined where it is not here, of another type, or damaged
   */
  read(id: string, type: Request["type"], limit: number): Content {
    const request = { type, limit };
    try {
      return this.#readLoose(id, request) ?? this.#readPacked(id, request);
    } catch {
      // Damaged, cut short or of an unknown form: not a record.
      return undefined;
    }
  }

  #readLoose(id: string, { type, limit }: Request): Content {
    const path = join(this.#folder, id.slice(0, 2), id.slice(2));
    const compressed = readSmallFile(path, inputBytes(limit), false);
    if (compressed === undefined) return undefined;
    const beginning = inflateSync(compressed.subarray(0, HEADER_INPUT), { finishFlush: SYNC_FLUSH });
    const [header = "", name, digits] = HEADER.exec(beginning.toString("latin1")) ?? [];
    if (name !== type) return undefined;
    const size = Number(digits);
    return size > limit ? "larger" : this.#inflate(compressed, header.length + size).subarray(header.length);
  }

  #readPacked(id: string, request: Request): Content {
    for (const { path, index } of this.#packs) {
      const offset = offsetInPack(index, id);
      if (offset === undefined) continue;
      return withRegularFile(`${path}.pack`, (file) => this.#readEntry(file, index, offset, request, 0));
    }
    return undefined;
  }

  #readEntry(file: number, index: Buffer, offset: number, request: Request, depth: number): Content {
    const { type, limit } = request;
    const { kind, size, data, base } = entryAt(file, index, offset);
    const isWhole = base === undefined;
    if (isWhole && kind !== TYPES[type]) return undefined;
    if (isWhole && size > limit) return "larger";
    if (size > MAX_BASE || depth > MAX_CHAIN) return undefined;
    const content = this.#inflate(readAt(file, data, inputBytes(size)), size);
    if (isWhole) return content;
    const result = resultSize(content);
    if (result > limit) return "larger";
    this.#spend(result);
    const source = this.#readEntry(file, index, base, { type, limit: MAX_BASE }, depth + 1);
    return Buffer.isBuffer(source) ? applyDelta(content, source) : undefined;
  }

  #inflate(compressed: Buffer, size: number): Buffer {
    this.#spend(size);
    const content = inflateSync(compressed, { maxOutputLength: size + 1 });
    if (content.length !== size) throw new RangeError("an object of another size");
    return content;
  }

  #spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new RangeError("more than is read of a repository");
  }
}

/** Compressed, what is incompressible grows a little. */
function inputBytes(size: number): number {
  return size + Math.ceil(size / 100) + 1024;
}

interface Entry {
  readonly kind: number;
  readonly size: number;
  /** Where its compressed data begin. */
  readonly data: number;
  /** Of a delta: where its base begins. */
  readonly base?: number;
}

function entryAt(file: number, index: Buffer, offset: number): Entry {
  const bytes = readAt(file, offset, MAX_ENTRY_HEADER);
  let at = 0;
  let byte = bytes.readUInt8(at++);
  const kind = (byte >> 4) & 7;
  let size = byte & 15;
  for (let scale = 16; byte >= 128; scale *= 128) {
    byte = bytes.readUInt8(at++);
    size += (byte & 127) * scale;
  }
  if (kind === REFERENCE_DELTA) {
    const base = offsetInPack(index, bytes.toString("hex", at, at + 20));
    if (base === undefined) throw new RangeError("a delta without a base");
    return { kind, size, data: offset + at + 20, base };
  }
  if (kind !== OFFSET_DELTA) return { kind, size, data: offset + at };
  byte = bytes.readUInt8(at++);
  let back = byte & 127;
  while (byte >= 128) {
    byte = bytes.readUInt8(at++);
    back = (back + 1) * 128 + (byte & 127);
  }
  return { kind, size, data: offset + at, base: offset - back };
}

/** Those whose indexes are too large are left out: what is in them is not a record. */
function packsIn(folder: string): Pack[] {
  let left = MAX_INDEX_BYTES;
  return namesIn(folder).flatMap((name): Pack[] => {
    if (!/^pack-[0-9a-f]{40}\.idx$/.test(name)) return [];
    const index = readSmallFile(join(folder, name), left);
    left -= index?.length ?? 0;
    return index === undefined ? [] : [{ path: join(folder, name.slice(0, -4)), index }];
  });
}
