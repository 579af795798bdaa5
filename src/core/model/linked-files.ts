import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import type { FoundModel } from "./found-model.ts";
import { followLink } from "./links.ts";
import { isInside } from "./path-below.ts";

/**
 * Removes unsigned files that are links to a model of the search, or to a file of one: that model is listed already.
 *
 * @param found by absolute path
 * @param realRoot real path of `root`, the folder that was searched
 */
export function dropLinkedFiles(found: Map<string, FoundModel>, root: string, realRoot: string): void {
  for (const { path, kind, signatures } of [...found.values()]) {
    if (kind !== "file" || signatures.length > 0 || !lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      continue;
    const target = followLink(path);
    if (typeof target === "string" || !isInside(realRoot, target.path)) continue;
    const shown = root + target.path.slice(realRoot.length);
    if (shown !== path && isInModel(shown, found)) found.delete(path);
  }
}

function isInModel(path: string, found: ReadonlyMap<string, FoundModel>): boolean {
  for (let at = path; at !== dirname(at); at = dirname(at)) if (found.has(at)) return true;
  return false;
}
