import { compareCodePoints } from "../model/names.ts";
import type { ChangedResource, Comparison } from "./comparison.ts";
import { type Manifest, type Resource, resourcesByFile } from "./manifest.ts";
import { SINGLE_FILE_NAME } from "./parse-resources.ts";

/**
 * Compares two manifests of one model: how a new signature would differ from an earlier one.
 *
 * @param next made with the algorithm and the shard size of `signed`
 */
export function compareManifests(signed: Manifest, next: Manifest): Comparison {
  const [before, after] = [filesOf(signed, next), filesOf(next, signed)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(compareCodePoints);
  const changed = names.flatMap((name) => changedParts(name, before.get(name), after.get(name)));
  const missing = names.filter((name) => !after.has(name)).map((name) => ({ name, ignored: false }));
  const added = names.filter((name) => !before.has(name)).map((name) => ({ name }));
  return { matches: changed.length + missing.length + added.length === 0, changed, missing, added };
}

/** A single file may be signed as `.`: the name in the other manifest is used then. */
function filesOf(manifest: Manifest, other: Manifest): Map<string, readonly Resource[]> {
  const files: Map<string, readonly Resource[]> = resourcesByFile(manifest);
  const sole = files.get(SINGLE_FILE_NAME);
  const [name] = new Set(other.resources.map(({ file }) => file));
  if (sole === undefined || name === undefined) return files;
  return new Map([[name, sole]]);
}

/** The parts of a file that differ; none of one that only one side has. */
export function changedParts(
  name: string,
  signed?: readonly Resource[],
  next?: readonly Resource[],
): ChangedResource[] {
  if (signed === undefined || next === undefined) return [];
  const [before, after] = [byStart(signed), byStart(next)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((start) => {
    const [old, now] = [before.get(start), after.get(start)];
    if (old?.digest === now?.digest && old?.range?.end === now?.range?.end) return [];
    const range = old?.range ?? now?.range;
    return [{ name, ...(range && { range }), ...(old && { expected: old.digest }), ...(now && { found: now.digest }) }];
  });
}

function byStart(resources: readonly Resource[]): Map<number | undefined, Resource> {
  return new Map(resources.map((resource) => [resource.range?.start, resource]));
}
