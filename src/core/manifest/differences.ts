import { compareCodePoints } from "../model/names.ts";
import type { AddedEntry, ChangedResource, Comparison } from "./comparison.ts";
import { type ByteRange, type Manifest, type Resource, resourcesByFile } from "./manifest.ts";
import { SINGLE_FILE_NAME } from "./parse-resources.ts";

/** A digest of a file, or of a range of it. */
export interface Part {
  readonly range?: ByteRange;
  /** Lower-case hex; absent where these bytes are not there, or were not read. */
  readonly digest?: string;
}

/** One file as signed, or as found. */
export interface FileSide {
  /** Only the parts that differ from the other side. */
  readonly parts: readonly Part[];
  /** Bytes, where they are recorded: a signature has them for shards only. */
  readonly size?: number;
}

/** A file that differs: without `signed` it was added, without `found` it is missing. */
export interface FileDifference {
  readonly name: string;
  readonly signed?: FileSide;
  readonly found?: FileSide;
  readonly note?: ChangedResource["note"] | AddedEntry["note"] | "ignored";
}

export interface Differences {
  readonly changed: readonly FileDifference[];
  readonly missing: readonly FileDifference[];
  readonly added: readonly FileDifference[];
}

/**
 * The differences of a comparison, with the digests and sizes that the statement has of missing files.
 *
 * @param signed the statement that the comparison was made with
 */
export function differencesFound(comparison: Comparison, signed: Manifest): Differences {
  const files = resourcesByFile(signed);
  const resourcesOf = (name: string): readonly Resource[] => files.get(name) ?? files.get(SINGLE_FILE_NAME) ?? [];
  const changed = Map.groupBy(comparison.changed, ({ name }) => name);
  return {
    changed: [...changed].map(([name, parts]) => ({
      name,
      signed: { ...sizeOf(resourcesOf(name)), parts: parts.map(({ range, expected }) => part(range, expected)) },
      found: { parts: parts.map(({ range, found }) => part(range, found)) },
      ...note(parts[0]?.note),
    })),
    missing: comparison.missing.map(({ name, ignored }) => ({
      name,
      signed: sideOf(resourcesOf(name)),
      ...note(ignored ? "ignored" : undefined),
    })),
    added: comparison.added.map((entry) => ({ name: entry.name, found: { parts: [] }, ...note(entry.note) })),
  };
}

/**
 * The differences between a signature and a new one of the same model.
 *
 * @param next made with the algorithm and the shards of `signed`
 */
export function differencesOfSigning(signed: Manifest, next: Manifest): Differences {
  const [before, after] = [filesOf(signed, next), filesOf(next, signed)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(compareCodePoints);
  const result = { changed: [] as FileDifference[], missing: [] as FileDifference[], added: [] as FileDifference[] };
  for (const name of names) {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === undefined && now !== undefined) result.added.push({ name, found: sideOf(now) });
    else if (old !== undefined && now === undefined) result.missing.push({ name, signed: sideOf(old) });
    else if (old !== undefined && now !== undefined) {
      const [mine, other] = [partsBeside(old, now), partsBeside(now, old)];
      if (mine.length === 0 && other.length === 0) continue;
      const found = { ...sizeOf(now), parts: other };
      result.changed.push({ name, signed: { ...sizeOf(old), parts: mine }, found });
    }
  }
  return result;
}

/** A single file has two possible names: here, the one that the other statement has. */
function filesOf(manifest: Manifest, other: Manifest): Map<string, readonly Resource[]> {
  const files: Map<string, readonly Resource[]> = resourcesByFile(manifest);
  const sole = files.get(SINGLE_FILE_NAME);
  const [name] = new Set(other.resources.map(({ file }) => file));
  if (sole === undefined || name === undefined) return files;
  return new Map([[name, sole]]);
}

/** The parts that are missing or different on the other side. */
function partsBeside(resources: readonly Resource[], others: readonly Resource[]): Part[] {
  const known = new Set(others.map(({ range, digest }) => `${range?.start}:${range?.end}:${digest}`));
  return resources
    .filter(({ range, digest }) => !known.has(`${range?.start}:${range?.end}:${digest}`))
    .map(({ range, digest }) => part(range, digest));
}

function sideOf(resources: readonly Resource[]): FileSide {
  return { ...sizeOf(resources), parts: resources.map(({ range, digest }) => part(range, digest)) };
}

function sizeOf(resources: readonly Resource[]): Pick<FileSide, "size"> {
  const end = resources.at(-1)?.range?.end;
  return end === undefined ? {} : { size: end };
}

function part(range: ByteRange | undefined, digest: string | undefined): Part {
  return { ...(range && { range }), ...(digest !== undefined && { digest }) };
}

function note(value: FileDifference["note"]): Pick<FileDifference, "note"> {
  return value === undefined ? {} : { note: value };
}
