import { realpath } from "node:fs/promises";
import nodePath, { dirname, type PlatformPath, relative, sep } from "node:path";
import { isIgnored } from "../../core/model/is-ignored.ts";
import { isInside, nameBelow, type PathRules } from "../../core/model/path-below.ts";
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
    const found = inFolder(folder, path);
    if (found === undefined) continue;
    inside = true;
    const [real, root] = await Promise.all([realpath(found.path).catch(() => undefined), realpath(folder)]);
    if (real === undefined) continue;
    if (!isInside(root, real)) throw outside();
    return found;
  }
  throw inside ? new Error("There is no such file or folder in this workspace.") : outside();
}

/** The path in a folder, whose own spelling it begins with: on Windows, an agent may have written `C:` for `c:`. */
export function inFolder(
  folder: string,
  path: string,
  rules: PathRules & Pick<PlatformPath, "join" | "resolve"> = nodePath,
): RequestedPath | undefined {
  const shown = nameBelow(folder, rules.resolve(folder, path), rules);
  return shown === undefined ? undefined : { path: rules.join(folder, shown), folder, shown };
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
  engine: Pick<Engine, "run">,
): Promise<Located> {
  for (let at = path; ; at = dirname(at)) {
    if (known(at)) return { path: at };
    const signatures = await engine.run("findSignatures", { model: at });
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

function outside(): Error {
  return new Error("This path is outside of the workspace. Only models in the workspace are verified.");
}
