import { join } from "node:path";
import * as v from "valibot";
import { nameProblem } from "../model/names.ts";
import { readSmallJson } from "../model/read-small-file.ts";
import type { RecordedFile } from "./download-record.ts";

/** Bytes; the list of a repository of 100 000 files has about 20 MB. */
const MAX_BYTES = 64 * 1024 * 1024;
const FORMAT_VERSION = 1;

const Size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const EntrySchema = v.object({
  size: Size,
  blob_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
  lfs_sha256: v.nullish(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  lfs_size: v.nullish(Size),
});
const TreeListSchema = v.object({
  format_version: v.literal(FORMAT_VERSION),
  files: v.record(v.string(), EntrySchema),
});

/**
 * The files of a commit as the Hugging Face client lists them in `trees/COMMIT.json` (huggingface_hub, `_tree_cache.py`).
 * `blob_id` of an LFS file is that of its pointer, so its SHA-256 is taken.
 *
 * @param folder that holds `trees`
 * @returns undefined where there is no list, or none of a version that is understood
 */
export function readTreeList(folder: string, commit: string): Map<string, RecordedFile> | undefined {
  const parsed = v.safeParse(TreeListSchema, readSmallJson(join(folder, "trees", `${commit}.json`), MAX_BYTES));
  if (!parsed.success) return undefined;
  const files = new Map<string, RecordedFile>();
  for (const [name, { size, blob_id, lfs_sha256, lfs_size }] of Object.entries(parsed.output.files)) {
    if (nameProblem(name) !== undefined) return undefined;
    files.set(name, lfs_sha256 ? { sha256: lfs_sha256, size: lfs_size ?? size } : { gitBlob: blob_id, size });
  }
  // A commit has files; a list without any would make extra files of all.
  return files.size === 0 ? undefined : files;
}
