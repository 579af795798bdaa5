import type { ModelFile } from "../model/file-list.ts";
import { readSmallText } from "./read-small-file.ts";

/** What a Git LFS pointer stands for. */
export interface LfsPointer {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A pointer is smaller than this many bytes (git-lfs, `docs/spec.md`). */
export const MAX_POINTER_BYTES = 1024;
/** `version`, `oid` and `size` take more than this. */
const MIN_POINTER_BYTES = 100;

const VERSION = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n/;
const OID = /^oid sha256:([0-9a-f]{64})$/m;
const SIZE = /^size (\d{1,15})$/m;

/** Parses a pointer (git-lfs, `docs/spec.md`); undefined for any other text. */
export function parseLfsPointer(text: string): LfsPointer | undefined {
  if (!VERSION.test(text)) return undefined;
  const sha256 = OID.exec(text)?.[1];
  const size = SIZE.exec(text)?.[1];
  return sha256 === undefined || size === undefined ? undefined : { sha256, size: Number(size) };
}

/** The pointer that is here in place of the file's content, if one is. */
export function pointerIn({ path, size }: Pick<ModelFile, "path" | "size">): LfsPointer | undefined {
  if (size < MIN_POINTER_BYTES || size >= MAX_POINTER_BYTES) return undefined;
  const text = readSmallText(path, MAX_POINTER_BYTES);
  return text === undefined ? undefined : parseLfsPointer(text);
}
