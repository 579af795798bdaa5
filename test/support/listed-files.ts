import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { ModelFile } from "../../src/core/model/file-list.ts";
import { statLine } from "../../src/core/model/stat-line.ts";

/** Entries of a file list, as an enumeration would have made them now. */
export function listFiles(folder: string, names: readonly string[]): ModelFile[] {
  return names.map((name) => {
    const path = join(folder, name);
    const stats = lstatSync(path, { bigint: true });
    return {
      name,
      path,
      size: Number(stats.size),
      state: statLine(stats),
    };
  });
}

/** The pattern that the BLAKE3 test vectors are made of: 0, 1, … 250, 0, 1, … */
export function pattern(length: number): Buffer {
  return Buffer.alloc(
    length,
    Uint8Array.from({ length: 251 }, (_, at) => at),
  );
}
