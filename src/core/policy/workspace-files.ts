import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { join, posix } from "node:path";
import { systemCode } from "../errors.ts";
import { isInside } from "../model/path-below.ts";
import type { DiagnosticCode } from "./diagnostics.ts";

/** Bytes of a policy file, some 30 000 authorities, and of each file that it names. */
export const MAX_POLICY_BYTES = 4 * 1024 * 1024;

/** Why a path in a policy cannot be used. */
export interface PathProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
}

/** Why a path, as text, does not lead into the folder that it is relative to. */
export function pathProblem(path: string): PathProblem | undefined {
  const shown = JSON.stringify(path);
  if (path.includes("\0")) return { code: "path", message: `The path ${shown} has a NUL character.` };
  if (path.includes("\\")) {
    return { code: "path", message: `The path ${shown} has a backslash: use "/" to separate its parts.` };
  }
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) {
    const message = `The path ${shown} is absolute: it must be relative to the workspace folder.`;
    return { code: "path-outside", message };
  }
  const normal = posix.normalize(path);
  return normal === ".." || normal.startsWith("../") ? outside(path) : undefined;
}

function outside(path: string): PathProblem {
  const message = `The path ${JSON.stringify(path)} leads out of the workspace folder; a policy can only name files inside it.`;
  return { code: "path-outside", message };
}

/** The real path of a file inside a folder, unless it is missing or a link leads out. */
export async function resolveInWorkspace(
  folder: string,
  path: string,
): Promise<{ readonly path: string } | PathProblem> {
  const problem = pathProblem(path);
  if (problem !== undefined) return problem;
  try {
    const [base, real] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    return isInside(base, real) ? { path: real } : outside(path);
  } catch (error) {
    return unreadable(path, error);
  }
}

/** Reads a text file inside a folder; the path that it returns is absolute, links resolved. */
export async function readWorkspaceFile(
  folder: string,
  path: string,
): Promise<{ readonly path: string; readonly text: string } | PathProblem> {
  const found = await resolveInWorkspace(folder, path);
  if ("code" in found) return found;
  try {
    const bytes = await readBounded(found.path);
    if (bytes === undefined) return { code: "file-unreadable", message: `${path} is not a file.` };
    if (typeof bytes !== "number") return { path: found.path, text: bytes.toString("utf8") };
    return { code: "file-unreadable", message: `${path} has ${bytes} bytes; ${MAX_POLICY_BYTES} are allowed.` };
  } catch (error) {
    return unreadable(path, error);
  }
}

/**
 * The bytes of a regular file; only its size if that is over {@link MAX_POLICY_BYTES}, undefined if it is no file.
 *
 * @throws the system's error
 */
export async function readBounded(path: string): Promise<Buffer | number | undefined> {
  // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return undefined;
    return stats.size > MAX_POLICY_BYTES ? stats.size : await file.readFile();
  } finally {
    await file.close();
  }
}

function unreadable(path: string, error: unknown): PathProblem {
  const code = systemCode(error);
  if (code === undefined) throw error;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return { code: "file-missing", message: `There is no file ${path} in the workspace folder.` };
  }
  return { code: "file-unreadable", message: `${path} cannot be read (${code}).` };
}
