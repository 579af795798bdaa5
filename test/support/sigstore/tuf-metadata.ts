import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { Key, Metadata, MetaFile, Root, Signature, Snapshot, TargetFile, Targets, Timestamp } from "@tufjs/models";
import type { StoredTrustRoot } from "../../../src/core/verification/trust-root-store.ts";

const IN_A_YEAR = new Date(Date.now() + 365 * 24 * 3_600_000).toISOString();
const ROLES = ["root", "timestamp", "snapshot", "targets"] as const;

export interface TufRepositoryOptions {
  /** Contents by name. */
  readonly files: Readonly<Record<string, string>>;
  /** How many roots there are, each with keys of its own. */
  readonly roots?: number;
  /** RFC 3339, by role; in a year, where absent. */
  readonly expires?: Partial<Record<(typeof ROLES)[number], string>>;
  /** Of timestamp, snapshot and targets. */
  readonly version?: number;
  /** Keys of the roots, to make another state of the same repository. */
  readonly keys?: readonly TufKey[];
}

export interface TufKey {
  readonly key: Key;
  readonly privateKey: KeyObject;
}

export interface TufRepository {
  /** All roots, oldest first: the first is what a client is given out of band. */
  readonly roots: readonly string[];
  readonly metadata: StoredTrustRoot["metadata"];
  readonly keys: readonly TufKey[];
}

/** Metadata of a repository whose root keys change with every root, which `@tufjs/repo-mock` does not make. */
export function makeTufRepository(options: TufRepositoryOptions): TufRepository {
  const { files, expires = {}, version = 1 } = options;
  const keys = options.keys ?? Array.from({ length: options.roots ?? 1 }, makeKey);
  const common = (role: (typeof ROLES)[number]) => ({
    version,
    specVersion: "1.0.0",
    expires: expires[role] ?? IN_A_YEAR,
  });
  const roots = keys.map(({ key }, index) => {
    const root = new Root({ ...common("root"), version: index + 1, consistentSnapshot: false });
    for (const role of ROLES) root.addKey(key, role);
    return signed(new Metadata(root), keys.slice(Math.max(0, index - 1), index + 1));
  });
  const last = keys.slice(-1);
  const targets = new Targets(common("targets"));
  for (const [path, text] of Object.entries(files)) {
    targets.addTarget(new TargetFile({ path, length: Buffer.byteLength(text), hashes: { sha256: sha256(text) } }));
  }
  const targetsText = signed(new Metadata(targets), last);
  const meta = { "targets.json": metaFile(targetsText, version) };
  const snapshotText = signed(new Metadata(new Snapshot({ ...common("snapshot"), meta })), last);
  const snapshotMeta = metaFile(snapshotText, version);
  const timestampText = signed(new Metadata(new Timestamp({ ...common("timestamp"), snapshotMeta })), last);
  return {
    roots,
    keys,
    metadata: {
      olderRoots: roots.slice(1, -1),
      root: roots.at(-1) ?? "",
      timestamp: timestampText,
      snapshot: snapshotText,
      targets: targetsText,
    },
  };
}

function makeKey(): TufKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const scheme = "ecdsa-sha2-nistp256";
  return { privateKey, key: new Key({ keyID: sha256(pem), keyType: "ecdsa", scheme, keyVal: { public: pem } }) };
}

function signed(
  metadata: Metadata<Root> | Metadata<Timestamp> | Metadata<Snapshot> | Metadata<Targets>,
  keys: readonly TufKey[],
): string {
  for (const { key, privateKey } of keys) {
    metadata.sign((data) => new Signature({ keyID: key.keyID, sig: sign("sha256", data, privateKey).toString("hex") }));
  }
  return JSON.stringify(metadata.toJSON());
}

function metaFile(text: string, version: number): MetaFile {
  return new MetaFile({ version, length: Buffer.byteLength(text), hashes: { sha256: sha256(text) } });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
