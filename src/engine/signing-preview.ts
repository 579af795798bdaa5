import type { Stats } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { listForSigning } from "../core/digest.ts";
import type { ModelFile } from "../core/model/file-list.ts";

/** Files and entries of a list that are shown; there may be a million. */
const SHOWN = 2_000;
const LARGEST = 3;
/** Entries of folders that are looked at for their sizes, in all: `.git` of a large repository has hundreds of thousands. */
const ENTRIES_LOOKED_AT = 20_000;

type NamedSize = Pick<ModelFile, "name" | "size">;

/** A file or folder that is excluded. */
export interface EntrySize {
  readonly name: string;
  /** Of the file, or of all files below the folder; undefined where it cannot be read. */
  readonly bytes?: number;
  /** Whether the folder holds more than was looked at. */
  readonly atLeast: boolean;
}

/** What a signature would cover and exclude. No file is read. */
export interface SigningPreview {
  readonly fileCount: number;
  readonly totalBytes: number;
  /** The first of them. */
  readonly files: readonly NamedSize[];
  readonly largest: readonly NamedSize[];
  readonly ignoredCount: number;
  /** The first of them, without those that belong to the signature itself. */
  readonly ignored: readonly EntrySize[];
}

/** @throws ProvenanceError MODEL_*, IGNORE_PATH, CANCELLED */
export async function previewSigning(
  options: { readonly model: string; readonly signature: string },
  signal: AbortSignal,
): Promise<SigningPreview> {
  const { list } = await listForSigning({ ...options, signal });
  const { root, files, totalBytes } = list;
  const ignored = list.ignored.filter(({ source }) => source !== "signature");
  const sized = ({ name, size }: ModelFile): NamedSize => ({ name, size });
  const budget = { left: ENTRIES_LOOKED_AT };
  const measured: EntrySize[] = [];
  for (const { name } of ignored.slice(0, SHOWN)) measured.push(await entrySize(root, name, budget));
  return {
    fileCount: files.length,
    totalBytes,
    files: files.slice(0, SHOWN).map(sized),
    largest: files
      .toSorted((a, b) => b.size - a.size)
      .slice(0, LARGEST)
      .map(sized),
    ignoredCount: ignored.length,
    ignored: measured,
  };
}

/** The size of a file or of a folder's files; links are not followed. */
async function entrySize(root: string, name: string, budget: { left: number }): Promise<EntrySize> {
  const path = join(root, name);
  const own = await lstat(path).catch(() => undefined);
  if (own === undefined) return { name, atLeast: false };
  if (!own.isDirectory()) return { name, bytes: sizeOf(own), atLeast: false };
  let bytes = 0;
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await opendir(folder).catch(() => undefined);
    for await (const entry of entries ?? []) {
      if (budget.left === 0) return { name, bytes, atLeast: true };
      budget.left -= 1;
      const found = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(found);
      else bytes += sizeOf(await lstat(found).catch(() => undefined));
    }
  }
  return { name, bytes, atLeast: false };
}

function sizeOf(info: Stats | undefined): number {
  return info?.isFile() === true ? info.size : 0;
}
