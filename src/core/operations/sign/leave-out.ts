import { ProvenanceError } from "../../errors.ts";
import type { FileList, IgnoredEntry, IgnoreSource } from "../../model/file-list.ts";
import { compareCodePoints } from "../../model/names.ts";
import { TimeSlices } from "../../model/time-slices.ts";
import { toolOf } from "../../model/tool-files.ts";
import { Glob } from "../../policy/glob.ts";

/** A pattern for files of a model: `*` is anything but a slash, `**` is anything. */
export interface IgnorePattern {
  readonly pattern: string;
  /** What stands before the canonical name of a file when it is compared with the pattern; empty, or with a final `/`. */
  readonly prefix: string;
}

/**
 * The names of a model that patterns mean: each of them exactly, for a signature records no pattern (OMS 6.2.1).
 *
 * @returns canonical names of files, and of links and the like
 * @throws ProvenanceError IGNORE_PATH for a pattern that matches nothing
 */
export function expandIgnorePatterns(list: FileList, patterns: readonly IgnorePattern[]): string[] {
  const found = new Set<string>();
  for (const { pattern, prefix } of patterns) {
    const glob = new Glob(pattern);
    const matching = [...list.files, ...list.refused].filter(({ name }) => glob.matches(prefix + name));
    const isLeftOut = ({ name }: IgnoredEntry): boolean =>
      glob.matches(prefix + name) || glob.mayMatchBelow(prefix + name);
    if (matching.length === 0 && !list.ignored.some(isLeftOut)) {
      const message = `"${pattern}" matches no file of the model. In a pattern, * is anything but a slash and ** is anything.`;
      throw new ProvenanceError("IGNORE_PATH", message, { details: { path: pattern, problem: "no-match" } });
    }
    for (const { name } of matching) found.add(name);
  }
  return [...found];
}

/** The files that tools wrote beside those of the model: the exact list, by name and content. */
export async function findToolFiles({ files }: Pick<FileList, "files">, signal?: AbortSignal): Promise<string[]> {
  const slices = new TimeSlices(signal);
  const found: string[] = [];
  for (const file of files) {
    if (toolOf(file) !== undefined) found.push(file.name);
    if (slices.isOver()) await slices.next();
  }
  return found;
}

/** The list without files that are excluded, each by its exact name. */
export function withoutFiles(list: FileList, names: readonly string[], source: IgnoreSource): FileList {
  if (names.length === 0) return list;
  const left = new Set(names);
  const files = list.files.filter(({ name }) => !left.has(name));
  const ignored = names.map((name): IgnoredEntry => ({ name, source }));
  return {
    ...list,
    files,
    totalBytes: files.reduce((sum, { size }) => sum + size, 0),
    ignored: [...list.ignored, ...ignored].sort((a, b) => compareCodePoints(a.name, b.name)),
    refused: list.refused.filter(({ name }) => !left.has(name)),
  };
}
