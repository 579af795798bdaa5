import { readdirSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { readSmallFile } from "../model/read-small-file.ts";
import type { GitObject, GitObjectType } from "./git-object.ts";
import { GitPack } from "./git-pack.ts";

const HEADER = /^(commit|tree|blob|tag) (\d+)\0/;
/** Bytes that inflate to a header, and to not more than a thousand times as much. */
const HEADER_INPUT = 256;

/** Reads objects of one repository: loose ones and those in packs. */
export class GitObjects {
  readonly #folder: string;
  readonly #packs: readonly GitPack[];

  /** @param folder its `objects` */
  constructor(folder: string) {
    this.#folder = folder;
    this.#packs = packNames(join(folder, "pack")).map((path) => new GitPack(path));
  }

  /**
   * @param id lower-case hex SHA-1
   * @param limit bytes: of a larger object only type and size are read
   * @returns undefined where it is not here or damaged
   */
  read(id: string, limit: number): GitObject | undefined {
    try {
      const loose = this.#readLoose(id, limit);
      if (loose !== undefined) return loose;
      for (const pack of this.#packs) {
        const found = pack.read(id, limit);
        if (found !== undefined) return found;
      }
      return undefined;
    } catch {
      // Damaged, cut short or of an unknown form: not a record.
      return undefined;
    }
  }

  close(): void {
    for (const pack of this.#packs) pack.close();
  }

  #readLoose(id: string, limit: number): GitObject | undefined {
    const path = join(this.#folder, id.slice(0, 2), id.slice(2));
    // What is incompressible grows a little.
    const compressed = readSmallFile(path, limit + limit / 100 + 1024, false);
    if (compressed === undefined) return undefined;
    const beginning = inflate(compressed.subarray(0, HEADER_INPUT));
    const [header = "", type, digits] = HEADER.exec(beginning.toString("latin1")) ?? [];
    if (!isType(type)) return undefined;
    const size = Number(digits);
    if (size > limit) return { type, size };
    const content = inflate(compressed, header.length + size).subarray(header.length);
    return content.length === size ? { type, size, content } : undefined;
  }
}

function isType(text: string | undefined): text is GitObjectType {
  return text === "commit" || text === "tree" || text === "blob" || text === "tag";
}

/** Inflates as much as there is; throws for more than `length` bytes. */
function inflate(compressed: Buffer, length?: number): Buffer {
  return inflateSync(compressed, {
    finishFlush: SYNC_FLUSH,
    ...(length !== undefined && { maxOutputLength: length + 1 }),
  });
}

/** `Z_SYNC_FLUSH`: input that ends early is no error. */
const SYNC_FLUSH = 2;

function packNames(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) =>
      /^pack-[0-9a-f]{40}\.idx$/.test(name) ? [join(folder, name.slice(0, -4))] : [],
    );
  } catch {
    return [];
  }
}
