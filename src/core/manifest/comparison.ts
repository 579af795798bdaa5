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
  readonly note?: "shorter" | "longer" | "symlink" | "special";
}

export interface MissingResource {
  readonly name: string;
  /** The file may exist: an ignore path of the signer or the caller left it out, so it was not read. */
  readonly ignored: boolean;
}

export interface AddedEntry {
  readonly name: string;
  /** What it is, where it is not a regular file. */
  readonly note?: "symlink" | "special" | "not-utf8" | "not-portable";
}

/** Signed against found, by name, all differences. In code-point order. */
export interface Comparison {
  readonly matches: boolean;
  readonly changed: readonly ChangedResource[];
  readonly missing: readonly MissingResource[];
  readonly added: readonly AddedEntry[];
}
