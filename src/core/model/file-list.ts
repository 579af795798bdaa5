/** A file of a model, and its state when it was listed. */
export interface ModelFile {
  /** Canonical name: relative to the model root, `/` separated, as in `resources[].name` (OMS 6.1.2). */
  readonly name: string;
  /** Absolute path to open, links resolved: it may lie outside the model where links are followed. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** See `statLine`. */
  readonly state: string;
  /** The ETag that a Hugging Face cache has of it, where it was read through links, see `hubBlob`. */
  readonly blob?: string;
}

/** Why an entry of the model's folder cannot be part of a signature. */
export type RefusalReason = "symlink" | "symlink-cycle" | "symlink-broken" | "special" | "not-utf8" | "not-portable";

export interface RefusedEntry {
  readonly name: string;
  readonly reason: RefusalReason;
}

/** Why a path is excluded: by default, as the signature itself, or because the signer or the caller ignores it. */
export type IgnoreSource = "default" | "signature" | "signer" | "caller";

export interface IgnoredEntry {
  /** The entry as found: a file or a folder (then all of it), canonical name. */
  readonly name: string;
  readonly source: IgnoreSource;
}

/**
 * Files that are excluded by default (OMS 6.2) and are not git's own: a `.git` file that refers to no repository, other
 * files in `.git`, everything in `.github`.
 */
export interface HiddenContent {
  /** Canonical names, in code-point order: the first 100. */
  readonly names: readonly string[];
  readonly count: number;
  /** Whether everything was listed; if not, there may be more. */
  readonly complete: boolean;
}

/** The files of one model, listed once and then used everywhere. */
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
