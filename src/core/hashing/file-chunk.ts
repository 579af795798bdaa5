import { ProvenanceError } from "../errors.ts";
import type { ModelFile } from "../model/file-list.ts";
import type { FileChunk } from "./protocol.ts";

/** Packs `files[from, to)` for a message. Throws `FILE_UNREADABLE` for a path that no system can open. */
export function packFiles(files: readonly ModelFile[], from = 0, to = files.length): FileChunk {
  const part = files.slice(from, to);
  for (const file of part) {
    if (!file.path.includes("\0")) continue;
    throw new ProvenanceError("FILE_UNREADABLE", `${file.name} cannot be read: its path holds a NUL character.`, {
      details: { file: file.name },
    });
  }
  return joinChunk(
    part.map(({ path }) => path),
    part.map(statLine),
  );
}

/** The reverse of `unpackFiles`. */
export function joinChunk(paths: readonly string[], stats: readonly string[]): FileChunk {
  return { paths: paths.join("\0"), stats: stats.join("\n") };
}

/** What identifies the state of a file, on one line. Equal lines: nothing was written in between. */
export function statLine(file: Omit<ModelFile, "name" | "path">): string {
  return `${file.size} ${file.mtimeNs} ${file.ctimeNs} ${file.dev} ${file.ino}`;
}

/** The reverse of `packFiles`. Throws a RangeError where the two lists do not fit together. */
export function unpackFiles(chunk: FileChunk): { readonly paths: string[]; readonly stats: string[] } {
  const paths = chunk.paths.split("\0");
  const stats = chunk.stats.split("\n");
  if (paths.length !== stats.length) throw new RangeError("a file list of unequal halves");
  return { paths, stats };
}

export interface ListedStat {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Throws a RangeError for anything that `statLine` did not write. */
export function parseStatLine(line: string): ListedStat {
  const [size, mtimeNs, ctimeNs, dev, ino, ...rest] = line.split(" ");
  if (ino === undefined || rest.length > 0) throw new RangeError("not a stat line");
  return {
    size: decimal(size),
    mtimeNs: decimal(mtimeNs),
    ctimeNs: decimal(ctimeNs),
    dev: decimal(dev),
    ino: decimal(ino),
  };
}

/** The size alone, in bytes. */
export function sizeOfStatLine(line: string): number {
  const size = Number(line.slice(0, line.indexOf(" ")));
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError("not a stat line");
  return size;
}

function decimal(text: string | undefined): bigint {
  if (text === undefined || text === "") throw new RangeError("not a stat line");
  try {
    return BigInt(text);
  } catch (cause) {
    throw new RangeError("not a stat line", { cause });
  }
}
