export type GitObjectType = "commit" | "tree" | "blob" | "tag";

/** An object of a repository. */
export interface GitObject {
  readonly type: GitObjectType;
  /** Bytes of the content. */
  readonly size: number;
  /** Absent where it is larger than was asked for. */
  readonly content?: Buffer;
}
