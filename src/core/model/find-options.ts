import type { SignatureWithoutModel } from "./found-model.ts";

/**
 * Why a search skips a folder: for its name, because it is a Python environment, it cannot be read, or a link leads to it
 * that is not followed.
 */
export type SkipReason = "name" | "environment" | "unreadable" | "link";

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Limit of all entries; 200 000 if not given. */
  readonly maxEntries?: number;
  /** Folders to exclude; `relative` is `/` separated. */
  readonly exclude?: (relative: string) => boolean;
  /** Folders, and files outside of models, that are models although they are not detected; `relative` is `/` separated. */
  readonly isModel?: (relative: string) => boolean;
  /** Folders that are never skipped for their name or as an environment; `relative` is `/` separated. */
  readonly mustEnter?: (relative: string) => boolean;
  /**
   * Whether links to folders are followed, also out of the root; false if absent. A folder is searched once, and last where
   * only links lead to it.
   */
  readonly followLinks?: boolean;
  /** Folders that are searched apart, absolute: no link into one is followed. */
  readonly searchedApart?: readonly string[];
  /** Called for every folder that is skipped without being excluded; `path` is absolute. */
  readonly onSkip?: (path: string, reason: SkipReason) => void;
  /** Called for every signature that belongs to nothing that was found. */
  readonly onStray?: (signature: SignatureWithoutModel) => void;
  /** Called once if there are more than `maxEntries`: what was found before is returned. */
  readonly onLimit?: (limit: number) => void;
}
