import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { isIgnored } from "../../core/model/is-ignored.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { Engine } from "../../engine/engine.ts";

/** The path that an agent asked about: it exists in a workspace folder, links followed. */
export interface RequestedPath {
  /** Absolute. */
  readonly path: string;
  /** Absolute path of the workspace folder. */
  readonly folder: string;
  /** Relative to that folder, `/` separated; `.` is the folder. */
  readonly shown: string;
}

/**
 * Finds the path in the workspace. A path outside is rejected before the disk is accessed.
 *
 * @throws Error with a sentence for a language model
 */
export async function findRequestedPath(path: string, folders: readonly string[]): Promise<RequestedPath> {
  let inside = false;
  for (const folder of folders) {
    const candidate = resolve(folder, path);
    if (!isIn(folder, candidate)) continue;
    inside = true;
    const [real, root] = await Promise.all([realpath(candidate).catch(() => undefined), realpath(folder)]);
    if (real === undefined) continue;
    if (!isIn(root, real)) throw outside();
    return { path: candidate, folder, shown: relative(folder, candidate).split(sep).join("/") || "." };
  }
  throw inside ? new Error("There is no such file or folder in this workspace.") : outside();
}

/** A folder or file, and its signatures. */
export interface Located {
  readonly path: string;
  readonly signatures?: readonly string[];
}

/**
 * Returns the model at or around the path: the innermost that is known or has a signature, up to the workspace folder.
 *
 * @param known whether a model is known at that place
 */
export async function modelAround(
  { path, folder }: RequestedPath,
  known: (path: string) => boolean,
  engine: Pick<Engine, "findSignatures">,
): Promise<Located> {
  for (let at = path; ; at = dirname(at)) {
    if (known(at)) return { path: at };
    const signatures = await engine.findSignatures(at);
    if (signatures.length > 0) return { path: at, signatures };
    if (at === folder || dirname(at) === at) return { path };
  }
}

/** Whether the verdict applies to this path, and not only to other files of the model. */
export function isCovered({ model, coverage, signature }: Verdict, path: string): boolean {
  if (path === model || coverage === undefined) return true;
  if (path === signature) return false;
  const name = relative(model, path).split(sep).join("/");
  return (
    !coverage.ignored.some((entry) => isIgnored(name, entry.name)) &&
    ![...coverage.unsigned, ...coverage.empty, ...(coverage.otherSignatures ?? [])].includes(name)
  );
}

function isIn(folder: string, path: string): boolean {
  const between = relative(folder, path);
  return between !== ".." && !between.startsWith(`..${sep}`) && !isAbsolute(between);
}

function outside(): Error {
  return new Error("This path is outside of the workspace. Only models in the workspace are verified.");
}
