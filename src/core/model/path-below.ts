import nodePath, { type PlatformPath } from "node:path";

/** What depends on the system in a path: `path.posix` or `path.win32`. */
export type PathRules = Pick<PlatformPath, "isAbsolute" | "relative" | "sep">;

/**
 * The name of `path` below `folder`, `/` separated and spelled as in `path`; `.` for the folder itself, undefined for what
 * is outside. Both are absolute. On Windows case does not matter, and another drive or share is outside.
 */
export function nameBelow(folder: string, path: string, rules: PathRules = nodePath): string | undefined {
  const name = rules.relative(folder, path);
  if (name === "") return ".";
  if (name === ".." || name.startsWith(`..${rules.sep}`) || rules.isAbsolute(name)) return undefined;
  return rules.sep === "/" ? name : name.replaceAll(rules.sep, "/");
}

/** Whether `path` is the folder or in it; see {@link nameBelow}. Links are not followed. */
export function isInside(folder: string, path: string, rules: PathRules = nodePath): boolean {
  return nameBelow(folder, path, rules) !== undefined;
}
