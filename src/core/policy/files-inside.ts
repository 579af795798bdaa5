import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { systemCode } from "../errors.ts";
import type { DiagnosticCode } from "./diagnostics.ts";

/** Bytes of a key, certificate or trust file that a policy names. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Why a path in a policy is of no use. */
export interface PathProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
}

export interface FileInside {
  /** Absolute, links resolved. */
  readonly path: string;
  readonly text: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Why a path, as text, cannot be one inside the folder that it is relative to. */
export function pathProblem(path: string): PathProblem | undefined {
  const shown = JSON.stringify(path);
  if (path.includes("\0")) return { code: "path", message: `The path ${shown} has a NUL character.` };
  if (path.includes("\\")) {
    return {
      code: "path",
      message: `The path ${shown} has a backslash: its parts are separated by "/" on every system.`,
    };
  }
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) {
    return {
      code: "path-outside",
      message: `The path ${shown} is absolute: it has to be relative to the workspace folder.`,
    };
  }
  const normal = posix.normalize(path);
  if (normal === ".." || normal.startsWith("../")) return outside(path);
  return undefined;
}

function outside(path: string): PathProblem {
  return {
    code: "path-outside",
    message: `The path ${JSON.stringify(path)} leads out of the workspace folder; what a policy names has to be in it.`,
  };
}

/** The real path of a file inside a folder, unless it is missing or a link leads out. */
export async function realPathInside(folder: string, path: string): Promise<{ readonly path: string } | PathProblem> {
  const problem = pathProblem(path);
  if (problem !== undefined) return problem;
  try {
    const [base, real] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    return isInside(base, real) ? { path: real } : outside(path);
  } catch (error) {
    return unreadable(path, error);
  }
}

/** Whether `path` is `folder` or below it; both absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Reads a text file inside a folder, bounded. */
export async function readInside(folder: string, path: string): Promise<FileInside | PathProblem> {
  const found = await realPathInside(folder, path);
  if ("code" in found) return found;
  try {
    // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has no such flag.
    const file = await open(found.path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await file.stat();
      if (!stats.isFile()) return { code: "file-unreadable", message: `${path} is not a file.` };
      if (stats.size > MAX_FILE_BYTES) {
        return { code: "file-unreadable", message: `${path} has ${stats.size} bytes; ${MAX_FILE_BYTES} are allowed.` };
      }
      const bytes = await file.readFile();
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { path: found.path, text: bytes.toString("utf8"), sha256 };
    } finally {
      await file.close();
    }
  } catch (error) {
    return unreadable(path, error);
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
