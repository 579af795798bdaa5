import type { Leftover, Tool } from "../model/file-notes.ts";

/**
 * Why a signed file is not what was signed, as far as that is known.
 * - `lfs-not-downloaded`: a Git LFS pointer whose content may be what was signed
 * - `lfs-pointer`: a Git LFS pointer to other content
 * - `line-endings`: the same text with other line ends
 */
export type ChangeNote =
  | "shorter"
  | "longer"
  | "symlink"
  | "special"
  | "lfs-not-downloaded"
  | "lfs-pointer"
  | "line-endings";

/** One signed resource whose bytes are not what was signed. */
export interface ChangedResource {
  /** Canonical name of the file. */
  readonly name: string;
  /** Byte range of a shard. */
  readonly range?: { readonly start: number; readonly end: number };
  /** Lower-case hex; absent for bytes past the end of what was signed. */
  readonly expected?: string;
  /** Lower-case hex; absent where the entry is no longer a regular file, or its size alone shows the change. */
  readonly found?: string;
  readonly note?: ChangeNote;
}

export interface MissingResource {
  readonly name: string;
  /** The file may exist: an ignore path of the signer or the caller left it out, so it was not read. */
  readonly ignored: boolean;
  /** What is there instead (an unfinished download, a DVC pointer), or `weights-part`: an index of the model names it. */
  readonly note?: Leftover | "weights-part";
}

export interface AddedEntry {
  readonly name: string;
  /** What it is, where it is not a regular file, or where that is known of one: a {@link Tool} wrote it. */
  readonly note?: "symlink" | "special" | "not-utf8" | "not-portable" | Tool | Leftover;
}

/** Signed against found, by name, all differences. In code-point order. */
export interface Comparison {
  readonly matches: boolean;
  readonly changed: readonly ChangedResource[];
  readonly missing: readonly MissingResource[];
  readonly added: readonly AddedEntry[];
}
