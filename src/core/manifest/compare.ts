import type { FileList, ModelFile, RefusalReason } from "../model/file-list.ts";
import { isIgnored } from "../model/is-ignored.ts";
import { compareCodePoints } from "../model/names.ts";
import { changedParts } from "./compare-manifests.ts";
import type { AddedEntry, ChangedResource, Comparison, MissingResource } from "./comparison.ts";
import { buildResources, type Manifest, type Resource, resourcesByFile } from "./manifest.ts";
import { SINGLE_FILE_NAME } from "./parse-resources.ts";

/** A signed file that exists, and its resources. */
interface Counterpart {
  readonly file: ModelFile;
  readonly resources: readonly Resource[];
}

/** Signed and found files, matched by name; the digests of `present` are still to be compared. */
export interface Matching {
  readonly present: readonly Counterpart[];
  readonly missing: readonly MissingResource[];
  /** Signed, and no longer a regular file. */
  readonly replaced: readonly ChangedResource[];
  readonly added: readonly AddedEntry[];
  /** Listed as empty, which shards do not record (OMS 6.3.2); reading them shows whether they are. */
  readonly empty: readonly ModelFile[];
}

/**
 * Matches names byte for byte, never normalised (OMS 6.1.2).
 *
 * @param signed result of `resourcesByFile`; it is modified
 */
export function matchFiles(manifest: Manifest, list: FileList, signed = resourcesByFile(manifest)): Matching {
  const single = list.kind === "file" ? list.files[0] : undefined;
  const soleResources = signed.get(SINGLE_FILE_NAME);
  if (single !== undefined && soleResources !== undefined) {
    signed.delete(SINGLE_FILE_NAME);
    signed.set(single.name, soleResources);
  }
  const refused = new Map(list.refused.map((entry) => [entry.name, entry.reason]));
  const found = new Map(list.files.map((file) => [file.name, file]));

  const present: Counterpart[] = [];
  const missing: MissingResource[] = [];
  const replaced: ChangedResource[] = [];
  for (const [name, resources] of signed) {
    const file = found.get(name);
    const reason = refused.get(name);
    if (file !== undefined) present.push({ file, resources });
    else if (reason !== undefined) replaced.push(...resources.map((resource) => replacement(resource, name, reason)));
    else missing.push({ name, ignored: list.ignored.some((entry) => isIgnored(name, entry.name)) });
  }

  const unlisted = list.files.filter((file) => !signed.has(file.name));
  const omitsEmpty = manifest.serialization.method === "shards";
  const added: AddedEntry[] = [
    ...unlisted.filter((file) => !omitsEmpty || file.size > 0).map(({ name }) => ({ name })),
    ...list.refused
      .filter((entry) => !signed.has(entry.name))
      .map((entry) => ({ name: entry.name, note: noteOf(entry.reason) })),
  ];
  return {
    present,
    missing: missing.sort(byName),
    replaced: replaced.sort(byName),
    added: added.sort(byName),
    empty: omitsEmpty ? unlisted.filter((file) => file.size === 0) : [],
  };
}

/**
 * @param digests of `matching.present`, by position; for shards one a range of the file as found, in order of offset
 * @param ignoreUnsigned does not compare added files (OMS 8.5); the caller still displays them
 */
export function compare(
  manifest: Manifest,
  matching: Matching,
  digests: readonly (readonly string[])[],
  ignoreUnsigned: boolean,
): Comparison {
  const { shardSize } = manifest.serialization;
  const content = matching.present.flatMap(({ file, resources }, position) => {
    const own = digests[position] ?? [];
    // Nearly every file; for it, nothing has to be built.
    if (shardSize === undefined && resources.length === 1 && resources[0]?.digest === own[0]) return [];
    const found = buildResources([file], [own], shardSize);
    const size = resources.at(-1)?.range?.end ?? file.size;
    const note = file.size > size ? "longer" : "shorter";
    const parts = changedParts(file.name, resources, found);
    return file.size === size ? parts : parts.map((part) => ({ ...part, note }) as const);
  });
  const changed = [...matching.replaced, ...content];
  const added = ignoreUnsigned ? [] : matching.added;
  return {
    matches: changed.length === 0 && matching.missing.length === 0 && added.length === 0,
    changed: changed.sort(byName),
    missing: matching.missing,
    added,
  };
}

function replacement(resource: Resource, name: string, reason: RefusalReason): ChangedResource {
  return {
    name,
    ...(resource.range === undefined ? {} : { range: resource.range }),
    expected: resource.digest,
    note: noteOf(reason) === "special" ? "special" : "symlink",
  };
}

function noteOf(reason: RefusalReason): "symlink" | "special" | "not-utf8" | "not-portable" {
  if (reason === "special" || reason === "not-utf8" || reason === "not-portable") return reason;
  return "symlink";
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareCodePoints(a.name, b.name);
}
