import { compareManifests } from "../manifest/compare-manifests.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { EarlierSignature } from "./earlier-signature.ts";

/** Most names in a list; `count` is the number of all. */
const NAMES = 1_000;

/** The signature that is about to be replaced, and how the new statement differs from it. */
export interface Replacement extends Omit<EarlierSignature, "statement" | "sameModel"> {
  readonly changes: SignedChanges;
}

/** How a new signature differs from the one that it replaces, by the signed digests. */
export interface SignedChanges {
  /** Whether nothing differs. */
  readonly matches: boolean;
  /**
   * Whether both use the same hash and shards. Otherwise files of the same name cannot be compared, and none counts as
   * changed.
   */
  readonly comparable: boolean;
  readonly changed: NameList;
  /** Signed before, and not signed now. */
  readonly missing: NameList;
  /** Signed now, and not signed before. */
  readonly added: NameList;
}

export interface NameList {
  readonly count: number;
  /** The first thousand, in code-point order. */
  readonly names: readonly string[];
}

export function replacementOf(earlier: EarlierSignature, next: Manifest): Replacement {
  const { statement, sameModel: _, ...claims } = earlier;
  return { ...claims, changes: changesOf(statement.manifest, next) };
}

function changesOf(before: Manifest, next: Manifest): SignedChanges {
  const [a, b] = [before.serialization, next.serialization];
  const comparable = a.algorithm === b.algorithm && a.shardSize === b.shardSize;
  const { changed, missing, added } = compareManifests(before, next);
  return {
    matches: comparable && changed.length + missing.length + added.length === 0,
    comparable,
    changed: namesOf(comparable ? changed : []),
    missing: namesOf(missing),
    added: namesOf(added),
  };
}

/** The names of a list that a report carries. */
export function namesOf(files: readonly { readonly name: string }[]): NameList {
  const names = [...new Set(files.map(({ name }) => name))];
  return { count: names.length, names: names.slice(0, NAMES) };
}
