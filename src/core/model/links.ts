import { type BigIntStats, realpathSync, statSync } from "node:fs";
import { systemCode, unlessSystemError } from "../errors.ts";
import type { RefusalReason } from "./file-list.ts";

export interface LinkTarget {
  /** Real path. */
  readonly path: string;
  readonly stats: BigIntStats;
}

/**
 * Where a symbolic link leads in the end, or why it leads nowhere.
 *
 * @param path absolute path of the link
 * @throws the system's error, where the target may exist but cannot be read
 */
export function followLink(path: string): LinkTarget | RefusalReason {
  try {
    const target = realpathSync.native(path);
    return { path: target, stats: statSync(target, { bigint: true }) };
  } catch (error) {
    switch (systemCode(error)) {
      case "ENOENT":
      case "ENOTDIR":
        return "symlink-broken";
      case "ELOOP":
        return "symlink-cycle";
      default:
        throw error;
    }
  }
}

/** The real path of the folder that a link leads to. */
export function folderBehind(link: string): string | undefined {
  return unlessSystemError(() => (statSync(link).isDirectory() ? realpathSync.native(link) : undefined));
}
