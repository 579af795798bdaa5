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
    part.map(({ state }) => state),
  );
}

/** The reverse of `unpackFiles`. */
export function joinChunk(paths: readonly string[], stats: readonly string[]): FileChunk {
  return { paths: paths.join("\0"), stats: stats.join("\n") };
}

/** The reverse of `packFiles`. Throws a RangeError where the two lists do not fit together. */
export function unpackFiles(chunk: FileChunk): { readonly paths: string[]; readonly stats: string[] } {
  const paths = chunk.paths.split("\0");
  const stats = chunk.stats.split("\n");
  if (paths.length !== stats.length) throw new RangeError("a file list of unequal halves");
  return { paths, stats };
}
