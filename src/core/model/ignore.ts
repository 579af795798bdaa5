import { realpathSync } from "node:fs";
import nodePath, { basename, dirname, isAbsolute, join, type PlatformPath, resolve, sep } from "node:path";
import { ProvenanceError, unlessSystemError } from "../errors.ts";
import type { IgnoreSource } from "./file-list.ts";
import { nameProblem } from "./names.ts";
import { nameBelow } from "./path-below.ts";
import { statIfReadable } from "./stat-if-readable.ts";
import { canHoldName } from "./windows-names.ts";

export interface IgnoreRule {
  /** Canonical, relative to the model root; `.` is everything. */
  readonly path: string;
  readonly source: IgnoreSource;
}

/** Excluded by default, at the top of the model only (OMS 6.2). */
export const GIT_PATHS = [".git", ".gitattributes", ".github", ".gitignore"] as const;
/** Those of them that only git uses. `.github` contains workflows and scripts. */
export const GIT_OWN_PATHS = [".git", ".gitattributes", ".gitignore"] as const;

/** Whether a path has a character that a pattern would have. An entry of the model may be called so all the same. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/** Whether an entry of the model has that name, of whatever kind. */
export function existsIn(model: string, name: string): boolean {
  return statIfReadable(join(model, name)) !== undefined;
}

/**
 * Refuses an ignore path that the specification forbids a signer to record (OMS 6.2.1).
 *
 * @param path relative to the model
 * @param model its folder: an entry that is there is meant literally
 * @throws `IGNORE_PATH`
 */
export function checkIgnorePath(path: string, model: string): void {
  const glob = existsIn(model, path) ? undefined : /[*?[]/.exec(path)?.[0];
  const problem = path === "." ? undefined : localNameProblem(path);
  if (glob === undefined && problem === undefined) return;
  const why =
    glob === undefined
      ? `it is not a plain path inside the model (${problem})`
      : `patterns are not allowed ("${glob}")`;
  throw new ProvenanceError("IGNORE_PATH", `"${path}" cannot be excluded from a signature: ${why}.`, {
    details: { path, problem: problem ?? "glob" },
  });
}

function localNameProblem(path: string): string | undefined {
  return nameProblem(path) ?? (canHoldName(path, process.platform) ? undefined : "not a name on Windows");
}

/**
 * The user's ignore paths for one model: relative to `cwd` and resolved through links, as in the reference
 * implementation; those outside the model are dropped. A link in the model that leads out of it is ignored under its own
 * name, where the reference would not ignore it.
 *
 * @param model path of the model
 * @param paths as given by the caller; they need not exist
 * @param cwd absolute
 * @returns relative to the model, `/` separated, each once; `.` is the model itself
 */
export function callerIgnorePaths(model: string, paths: readonly string[], cwd: string): string[] {
  const root = followed(model, cwd);
  const found = new Set<string>();
  for (const path of paths) {
    const name = nameBelow(root, followed(path, cwd)) ?? nameBelow(root, ownPath(path, cwd));
    if (name !== undefined) found.add(name);
  }
  return [...found];
}

/**
 * The name that `file` has inside the model, `/` separated and spelled as on disk; `.` if it is the model, undefined
 * if it is outside. Of a link, it is the link's own name. The file need not exist.
 */
export function relativeToModel(model: string, file: string): string | undefined {
  const cwd = process.cwd();
  return nameBelow(followed(model, cwd), ownPath(file, cwd));
}

function followed(path: string, cwd: string): string {
  return followParts(absoluteUnresolved(path, cwd), real);
}

/**
 * The path with every link followed, as far as it exists; `..` leaves the folder that a link led to, not the link.
 *
 * @param realPath follows the links of one path. On Windows a drive may stand for a folder (`subst`) or a share.
 */
export function followParts(
  absolute: string,
  realPath: (path: string) => string,
  rules: Pick<PlatformPath, "dirname" | "join" | "parse" | "sep"> = nodePath,
): string {
  const start = rules.parse(absolute).root;
  let current = realPath(start);
  for (const part of absolute.slice(start.length).split(rules.sep)) {
    if (part === "" || part === ".") continue;
    current = part === ".." ? rules.dirname(current) : realPath(rules.join(current, part));
  }
  return current;
}

/** The path with every link followed but the last: that of the entry itself. */
export function ownPath(path: string, cwd: string): string {
  const absolute = absoluteUnresolved(path, cwd);
  const last = basename(absolute);
  if (last === ".." || last === ".") return followed(absolute, cwd);
  const own = join(followed(dirname(absolute), cwd), last);
  return statIfReadable(own)?.isSymbolicLink() === true ? own : real(own);
}

/** Windows drops `..` before it looks at links; elsewhere it must stay until they are followed. */
function absoluteUnresolved(path: string, cwd: string): string {
  if (sep === "\\") return resolve(cwd, path);
  return isAbsolute(path) ? path : `${resolve(cwd)}/${path}`;
}

/** The native call also gives the spelling on disk, where case does not matter to the file system. */
function real(path: string): string {
  return unlessSystemError(() => realpathSync.native(path)) ?? path;
}
