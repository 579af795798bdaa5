import type { ModelFile } from "./file-list.ts";
import { readListed } from "./listed-content.ts";

/** A pointer file is smaller than this: bytes (Git LFS specification, "The Pointer"). */
export const MAX_POINTER_BYTES = 1024;

/** Exactly what git-lfs writes. One with extensions (`ext-…`) says nothing of the content as it is checked out. */
const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:(?<oid>[0-9a-f]{64})\nsize (?<size>0|[1-9]\d{0,15})\n$/;

/** What stands in place of a file that Git LFS keeps and has not fetched. */
export interface LfsPointer {
  /** SHA-256 of the content, lower-case hex. */
  readonly oid: string;
  /** Bytes of the content. */
  readonly size: number;
}

/**
 * Parses a Git LFS pointer.
 *
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export function parseLfsPointer(bytes: Buffer): LfsPointer | undefined {
  if (bytes.length >= MAX_POINTER_BYTES) return undefined;
  const groups = POINTER.exec(bytes.toString("latin1"))?.groups;
  const oid = groups?.["oid"];
  const size = Number(groups?.["size"]);
  return oid === undefined || !Number.isSafeInteger(size) ? undefined : { oid, size };
}

/** The pointer that a listed file is, if it is one. */
export function readLfsPointer(file: ModelFile): LfsPointer | undefined {
  const bytes = readListed(file, MAX_POINTER_BYTES - 1);
  return bytes === undefined ? undefined : parseLfsPointer(bytes);
}
