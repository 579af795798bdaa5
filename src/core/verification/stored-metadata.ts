import { Readable } from "node:stream";
import { Metadata, MetadataKind, type Root } from "@tufjs/models";
import type { TrustRootSeed } from "./trust-root-instances.ts";
import type { StoredTrustRoot } from "./trust-root-store.ts";

/**
 * Verifies target files through the stored metadata, from the built-in root (TUF specification 1.0.33, section 5.3 to
 * 5.7): signatures, versions, lengths and hashes. Expired metadata is accepted, since newer is not available offline, and
 * reported.
 *
 * @param files target files by name
 * @returns RFC 3339: since when a part of the metadata has been expired; undefined where none is
 * @throws Error that names what does not verify
 */
export async function verifyStoredTargets(
  seed: Pick<TrustRootSeed, "tufRoot" | "asOf">,
  metadata: StoredTrustRoot["metadata"],
  files: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const root = verifyRoots(seed.tufRoot, [...metadata.olderRoots, metadata.root]);

  const timestamp = Metadata.fromJSON(MetadataKind.Timestamp, JSON.parse(metadata.timestamp));
  root.verifyDelegate(MetadataKind.Timestamp, timestamp);
  if (seed.asOf !== undefined && timestamp.signed.isExpired(new Date(seed.asOf))) throw older();

  const { snapshotMeta } = timestamp.signed;
  snapshotMeta.verify(Buffer.from(metadata.snapshot));
  const snapshot = Metadata.fromJSON(MetadataKind.Snapshot, JSON.parse(metadata.snapshot));
  root.verifyDelegate(MetadataKind.Snapshot, snapshot);
  requireVersion("snapshot", snapshot.signed.version, snapshotMeta.version);

  const targetsMeta = snapshot.signed.meta["targets.json"];
  if (targetsMeta === undefined) throw new Error("its snapshot names no targets");
  targetsMeta.verify(Buffer.from(metadata.targets));
  const targets = Metadata.fromJSON(MetadataKind.Targets, JSON.parse(metadata.targets));
  root.verifyDelegate(MetadataKind.Targets, targets);
  requireVersion("targets", targets.signed.version, targetsMeta.version);

  for (const [name, text] of Object.entries(files)) {
    const target = targets.signed.targets[name];
    if (target === undefined) throw new Error(`its targets do not name ${name}`);
    await target.verify(Readable.from([Buffer.from(text)]));
  }
  return expiredSince([root, timestamp, snapshot, targets].map(({ signed }) => signed.expires));
}

/** Returns the latest root; each is signed by the keys of the previous one and by its own. */
function verifyRoots(seed: string, texts: readonly string[]): Metadata<Root> {
  let trusted = Metadata.fromJSON(MetadataKind.Root, JSON.parse(seed));
  trusted.verifyDelegate(MetadataKind.Root, trusted);
  let last = 0;
  for (const text of texts) {
    const next = Metadata.fromJSON(MetadataKind.Root, JSON.parse(text));
    last = next.signed.version;
    // A newer release of this program has a newer built-in root.
    if (last < trusted.signed.version) continue;
    trusted.verifyDelegate(MetadataKind.Root, next);
    if (last === trusted.signed.version) continue;
    requireVersion("root", last, trusted.signed.version + 1);
    next.verifyDelegate(MetadataKind.Root, next);
    trusted = next;
  }
  if (last < trusted.signed.version) throw older();
  return trusted;
}

function requireVersion(role: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`its ${role} has version ${found} where ${expected} is expected`);
}

function older(): Error {
  return new Error("it is older than what came with this program");
}

function expiredSince(times: readonly string[]): string | undefined {
  const first = Math.min(...times.map((time) => Date.parse(time)));
  return first <= Date.now() ? new Date(first).toISOString() : undefined;
}
