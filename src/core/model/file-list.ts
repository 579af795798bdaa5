/** Where a file's bytes are on this machine, and what its directory entry said when it was listed. */
export interface ModelFile {
  /** Canonical name: relative to the model root, `/` separated, as in `resources[].name` (OMS 6.1.2). */
  readonly name: string;
  /** Absolute path to open, links resolved: it may lie outside the model where links are followed. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** What the file was when it was listed, see `statLine`. */
  readonly state: string;
}

/** Why an entry of the model's folder cannot be part of a signature. */
export type RefusalReason = "symlink" | "symlink-cycle" | "symlink-broken" | "special" | "not-utf8" | "not-portable";

export interface RefusedEntry {
  readonly name: string;
  readonly reason: RefusalReason;
}

/** Who asked for a path to be left out: the format's default, the signature itself, the signer's statement, or the caller. */
export type IgnoreSource = "default" | "signature" | "signer" | "caller";

export interface IgnoredEntry {
  /** The entry as found: a file or a folder (then all of it), canonical name. */
  readonly name: string;
  readonly source: IgnoreSource;
}

/**
 * What the default paths leave out (OMS 6.2) beside git's own files: a `.git` file that leads to no repository, what
 * git does not keep in `.git`, everything in `.github`.
 */
export interface HiddenContent {
  /** Canonical names, in code-point order: the first 100. */
  readonly names: readonly string[];
  readonly count: number;
  /** Whether all of it was looked at; where not, there may be more. */
  readonly complete: boolean;
}

/** The files of one model, listed once; everything after works from this list. */
export interface FileList {
  /** Absolute path of the folder, or of the single file. */
  readonly root: string;
  readonly kind: "file" | "directory";
  /** In code-point order of `name`. */
  readonly files: readonly ModelFile[];
  readonly totalBytes: number;
  /** Only entries that exist. */
  readonly ignored: readonly IgnoredEntry[];
  /** Absent where there is none. */
  readonly hidden?: HiddenContent;
  readonly refused: readonly RefusedEntry[];
  /** Names of links of a Hugging Face cache that were read through, see `hubBlob`; absent where there is none. */
  readonly hubLinks?: readonly string[];
  /** Names of followed links whose target is outside the model's folder (OMS 6.1.1). */
  readonly outside: readonly string[];
}
