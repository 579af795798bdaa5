import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { ProvenanceError } from "../errors.ts";
import { parseSigningConfig, parseTrustedRoot, type TrustRoot } from "./trust-root.ts";
import type { SigstoreInstance } from "./trust-root-instances.ts";

const Time = v.pipe(v.string(), v.isoTimestamp());

const Stored = v.strictObject({
  mirror: v.string(),
  refreshedAt: Time,
  /** TUF metadata by role, as received: what the next refresh may not fall behind. */
  metadata: v.strictObject({ root: v.string(), timestamp: v.string(), snapshot: v.string(), targets: v.string() }),
  trustedRoot: v.string(),
  signingConfig: v.optional(v.string()),
});

/** What the last refresh from a TUF repository brought. All of it is in one file, so that processes cannot mix theirs. */
export type StoredTrustRoot = v.InferOutput<typeof Stored>;

/** @returns undefined where there is none, or what is there cannot be read: the seed serves then */
export async function readStored(instance: SigstoreInstance, storage: string): Promise<StoredTrustRoot | undefined> {
  try {
    const stored = v.parse(Stored, JSON.parse(await readFile(join(storage, instance.fileName), "utf8")));
    return stored.mirror === instance.mirror ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** @throws Error of the file system; what was stored before is unchanged */
export async function writeStored(instance: SigstoreInstance, storage: string, stored: StoredTrustRoot): Promise<void> {
  const path = join(storage, instance.fileName);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  await mkdir(storage, { recursive: true });
  try {
    await writeFile(temporary, JSON.stringify(stored), { flag: "wx" });
    await rename(temporary, path);
    await rm(failureFile(instance, storage), { force: true });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Remembers that a refresh failed just now, so that not every check waits for a network that is not there. */
export async function markFailedRefresh(instance: SigstoreInstance, storage: string): Promise<void> {
  await mkdir(storage, { recursive: true });
  await writeFile(failureFile(instance, storage), "");
}

/** Milliseconds since the last refresh that failed; infinite where none did, or one succeeded since. */
export async function sinceFailedRefresh(instance: SigstoreInstance, storage: string): Promise<number> {
  const failed = await stat(failureFile(instance, storage)).catch(() => undefined);
  return failed === undefined ? Number.POSITIVE_INFINITY : Math.abs(Date.now() - failed.mtimeMs);
}

function failureFile(instance: SigstoreInstance, storage: string): string {
  return join(storage, `${instance.fileName}.failed`);
}

export async function toTrustRoot(instance: SigstoreInstance, stored: StoredTrustRoot): Promise<TrustRoot> {
  const { label } = instance;
  return {
    label,
    instance: instance.instance,
    origin: "updated",
    asOf: stored.refreshedAt,
    trustedRoot: await parseTrustedRoot(JSON.parse(stored.trustedRoot), label),
    ...(stored.signingConfig !== undefined && {
      signingConfig: await parseSigningConfig(JSON.parse(stored.signingConfig), label),
    }),
  };
}

/**
 * The trust root as known here, without the network: the stored one, or what came with this program.
 *
 * @param storage a folder; it need not exist
 * @throws ProvenanceError TRUST_ROOT_MISSING where neither is there
 */
export async function loadTrustRoot(instance: SigstoreInstance, storage: string): Promise<TrustRoot> {
  const stored = await readStored(instance, storage);
  // A stored one that an older version of this program left, and that is not understood, is as good as none.
  const known = stored && (await toTrustRoot(instance, stored).catch(() => undefined));
  if (known !== undefined) return known;
  const { trustedRoot, asOf } = await instance.seed();
  const { label } = instance;
  if (trustedRoot === undefined) {
    throw new ProvenanceError(
      "TRUST_ROOT_MISSING",
      `Nothing is known here of ${label} yet: its trust root has to be fetched once, with a connection to ${instance.mirror}.`,
      { details: { label } },
    );
  }
  return {
    label,
    instance: instance.instance,
    origin: "built-in",
    ...(asOf !== undefined && { asOf }),
    trustedRoot: await parseTrustedRoot(trustedRoot, label),
  };
}
