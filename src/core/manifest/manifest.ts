import { createHash } from "node:crypto";
import type { HashAlgorithm } from "../hashing/digest-request.ts";
import { compareCodePoints } from "../model/names.ts";

/** A byte range of a file: start inclusive, end exclusive (OMS 6.3.2). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** One entry of `predicate.resources`. */
export interface Resource {
  /** As signed: the file's canonical name, and for a shard its range after it. */
  readonly name: string;
  /** Canonical name of the file. */
  readonly file: string;
  readonly range?: ByteRange;
  /** Lower-case hex. */
  readonly digest: string;
}

/** How files became resources (OMS 5.2.2). */
export interface Serialization {
  readonly method: "files" | "shards";
  readonly algorithm: HashAlgorithm;
  /** Bytes; only for shards. */
  readonly shardSize?: number;
  readonly allowSymlinks: boolean;
  readonly ignorePaths: readonly string[];
}

export interface Manifest {
  readonly serialization: Serialization;
  /** In payload order. */
  readonly resources: readonly Resource[];
}

/** SHA-256 over the digests' bytes in the order of the resources (OMS 6.5.1); lower-case hex, whatever the files' algorithm. */
export function rootDigest(resources: readonly Resource[]): string {
  const hash = createHash("sha256");
  for (const resource of resources) hash.update(resource.digest, "hex");
  return hash.digest("hex");
}

/** The files that a manifest names, each with its resources in order of offset. */
export function resourcesByFile(manifest: Manifest): Map<string, Resource[]> {
  const files = Map.groupBy(manifest.resources, ({ file }) => file);
  if (manifest.serialization.method === "shards") {
    for (const shards of files.values()) shards.sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
  }
  return files;
}

/**
 * The resources of files and their digests, in code-point order of the resource name (OMS 6.4).
 *
 * @param digests by position of the file; for shards one a range, in order of offset
 */
export function buildResources(
  files: readonly { readonly name: string; readonly size: number }[],
  digests: readonly (readonly string[])[],
  shardSize: number | undefined,
): Resource[] {
  const resources: Resource[] = [];
  for (const [position, file] of files.entries()) {
    for (const [index, digest] of (digests[position] ?? []).entries()) {
      if (shardSize === undefined) {
        resources.push({ name: file.name, file: file.name, digest });
      } else {
        const start = index * shardSize;
        const range = { start, end: Math.min(start + shardSize, file.size) };
        resources.push({ name: `${file.name}:${range.start}:${range.end}`, file: file.name, digest, range });
      }
    }
  }
  return resources.sort((a, b) => compareCodePoints(a.name, b.name));
}
