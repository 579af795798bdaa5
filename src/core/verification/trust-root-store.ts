import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { systemCode } from "../errors.ts";
import { replaceFile } from "../replace-file.ts";
import { parseMessages, parseTrustRootJson, type TrustRoot } from "./trust-root.ts";
import type { SigstoreInstance } from "./trust-root-instances.ts";

/** Targets of Sigstore's TUF repositories. */
export const TRUSTED_ROOT = "trusted_root.json";
export const SIGNING_CONFIG = "signing_config.v0.2.json";

const Time = v.pipe(v.string(), v.isoTimestamp());

const Stored = v.strictObject({
  mirror: v.string(),
  refreshedAt: Time,
  /** TUF metadata by role, JSON texts as received: verifies the targets, and is the minimum of the next refresh. */
  metadata: v.strictObject({
    /** The root versions between the built-in one and the latest, oldest first. */
    olderRoots: v.array(v.string()),
    root: v.string(),
    timestamp: v.string(),
    snapshot: v.string(),
    targets: v.string(),
  }),
  trustedRoot: v.string(),
  signingConfig: v.optional(v.string()),
});

/** The result of the last refresh from a TUF repository, in one file so that processes cannot mix their results. */
export type StoredTrustRoot = v.InferOutput<typeof Stored>;

export interface VerifiedStore {
  readonly stored: StoredTrustRoot;
  readonly root: TrustRoot;
}

/** Receives a sentence for people: why the stored root is not used. */
export type OnStoreRejected = (message: string) => void;

/**
 * Reads the stored trust root and verifies it from the built-in root: others may be able to write to the folder.
 *
 * @returns undefined if there is none, or if it does not verify: the built-in one is used then
 */
export async function readStored(
  instance: SigstoreInstance,
  storage: string,
  onRejected: OnStoreRejected = () => undefined,
): Promise<VerifiedStore | undefined> {
  const path = join(storage, instance.fileName);
  try {
    const stored = v.parse(Stored, JSON.parse(await readFile(path, "utf8")));
    if (stored.mirror !== instance.mirror) throw new Error("it is of another repository");
    return { stored, root: await toTrustRoot(instance, stored) };
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
    const why = error instanceof Error ? error.message.replace(/\.$/, "") : "unknown error";
    onRejected(`The stored trust root of ${instance.label} is not used: ${why} (${path}).`);
    return undefined;
  }
}

/** @throws Error of the file system; what was stored before is unchanged */
export async function writeStored(instance: SigstoreInstance, storage: string, stored: StoredTrustRoot): Promise<void> {
  await makePrivateFolder(storage);
  await replaceFile(join(storage, instance.fileName), JSON.stringify(stored));
  await rm(failureFile(instance, storage), { force: true });
}

/** Creates the folder if needed, with access for its owner only. */
async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) await chmod(path, 0o700);
}

/** Records a failed refresh, so that not every verification waits for an unreachable network. */
export async function markFailedRefresh(instance: SigstoreInstance, storage: string): Promise<void> {
  await makePrivateFolder(storage);
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

/** @throws Error where the targets do not verify through the metadata; ProvenanceError TRUST_ROOT_UNREADABLE */
export async function toTrustRoot(instance: SigstoreInstance, stored: StoredTrustRoot): Promise<TrustRoot> {
  const { label } = instance;
  const { trustedRoot, signingConfig } = stored;
  const json = (text: string | undefined) => text && parseTrustRootJson(Buffer.from(text), label);
  const { verifyStoredTargets } = await import("./stored-metadata.ts");
  const expiredSince = await verifyStoredTargets(await instance.seed(), stored.metadata, {
    [TRUSTED_ROOT]: trustedRoot,
    ...(signingConfig !== undefined && { [SIGNING_CONFIG]: signingConfig }),
  });
  return {
    label,
    instance: instance.instance,
    origin: "updated",
    asOf: stored.refreshedAt,
    ...(expiredSince !== undefined && { expiredSince }),
    ...(await parseMessages({ trustedRoot: json(trustedRoot), signingConfig: json(signingConfig) }, label)),
  };
}

/**
 * Returns the stored trust root, or the built-in one, without the network.
 *
 * @param storage a folder; it need not exist
 */
export async function loadTrustRoot(
  instance: SigstoreInstance,
  storage: string,
  onRejected?: OnStoreRejected,
): Promise<TrustRoot> {
  const known = await readStored(instance, storage, onRejected);
  if (known !== undefined) return known.root;
  const { trustedRoot, asOf } = await instance.seed();
  const { label } = instance;
  const messages = await parseMessages({ trustedRoot }, label);
  return { label, instance: instance.instance, origin: "built-in", ...(asOf !== undefined && { asOf }), ...messages };
}
