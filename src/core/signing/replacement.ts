import { compareManifests } from "../manifest/compare-manifests.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Signer } from "../verification/signer.ts";
import type { EarlierSignature } from "./earlier-signature.ts";

/** Names of a list that are kept; `count` has all. */
const NAMES = 1_000;

/** The signature that is about to be replaced, and how what is signed now differs from what it signed. */
export interface Replacement {
  /** Absolute path. */
  readonly signature: string;
  /** Who made it, only where it is authentic and by the key, or at the Sigstore instance, that signs now. */
  readonly signer?: Signer;
  /** Who made it, in one line, by its own word. */
  readonly claimedSigner: string;
  readonly changes: SignedChanges;
}

/** What a new signature says otherwise than the one before, by the digests that are signed. */
export interface SignedChanges {
  /** Whether nothing differs. */
  readonly matches: boolean;
  /**
   * Whether the digests of both are of one kind. Where the hash or the shards differ, files of the same name cannot be
   * compared, and none of them counts as changed.
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
  const { path, signer, claimedSigner, statement } = earlier;
  return {
    signature: path,
    ...(signer !== undefined && { signer }),
    claimedSigner,
    changes: changesOf(statement.manifest, next),
  };
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

function namesOf(files: readonly { readonly name: string }[]): NameList {
  const names = [...new Set(files.map(({ name }) => name))];
  return { count: names.length, names: names.slice(0, NAMES) };
}
