import { join } from "node:path";
import type { ModelFile } from "../core/model/file-list.ts";
import { measure } from "../core/model/measure.ts";
import { type ListOptions, listForSigning } from "../core/operations/digest/digest.ts";
import { findToolFiles } from "../core/operations/sign/leave-out.ts";

/** Files and entries of a list that are shown; there may be a million. */
const SHOWN = 2_000;
const LARGEST = 3;
/** Excluded files and folders whose size is determined. */
const MEASURED = 100;

type NamedSize = Pick<ModelFile, "name" | "size">;

/** A file or folder that is excluded. */
export interface EntrySize {
  readonly name: string;
  /** Of the file, or of all files below the folder; undefined where it is unknown. */
  readonly bytes?: number;
  /** Whether the folder contains more than was counted. */
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
  /** Files that tools wrote beside those of the model, and that a signature need not cover; the first of them. */
  readonly toolFiles: readonly NamedSize[];
  /** Signatures of the model that are there already, and that the new one excludes. Canonical names. */
  readonly otherSignatures: readonly string[];
}

export type PreviewedSigning = Pick<ListOptions, "model" | "ignorePaths"> & { readonly signature: string };

/** @throws ProvenanceError MODEL_*, IGNORE_PATH, CANCELLED */
export async function previewSigning(options: PreviewedSigning, signal: AbortSignal): Promise<SigningPreview> {
  const { list, otherSignatures } = await listForSigning({ ...options, signal });
  const { root, files, totalBytes } = list;
  const ignored = list.ignored.filter(({ source }) => source !== "signature");
  const sized = ({ name, size }: ModelFile): NamedSize => ({ name, size });
  const toolFiles = new Set((await findToolFiles(list, signal)).slice(0, SHOWN));
  const sizes: EntrySize[] = [];
  for (const [index, { name }] of ignored.slice(0, SHOWN).entries()) {
    sizes.push({ name, atLeast: false, ...(index < MEASURED ? await measure(join(root, name), signal) : {}) });
  }
  return {
    fileCount: files.length,
    totalBytes,
    files: files.slice(0, SHOWN).map(sized),
    largest: files
      .toSorted((a, b) => b.size - a.size)
      .slice(0, LARGEST)
      .map(sized),
    ignoredCount: ignored.length,
    ignored: sizes,
    otherSignatures,
    toolFiles: files.filter(({ name }) => toolFiles.has(name)).map(sized),
  };
}
