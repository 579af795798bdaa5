import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TUF } from "@sigstore/tuf";
import * as v from "valibot";
import { ProvenanceError, throwIfCancelled } from "../errors.ts";
import { untilAborted } from "../until-aborted.ts";
import { networkObstacle, proxyOf } from "./service-answer.ts";
import type { TrustRoot } from "./trust-root.ts";
import type { SigstoreInstance } from "./trust-root-instances.ts";
import {
  markFailedRefresh,
  readStored,
  SIGNING_CONFIG,
  type StoredTrustRoot,
  TRUSTED_ROOT,
  toTrustRoot,
  writeStored,
} from "./trust-root-store.ts";

const ROLES = ["root", "timestamp", "snapshot", "targets"] as const;

export interface RefreshOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds a request may take; 5000 if absent. */
  readonly timeout?: number;
  /** How often a request is tried again; 2 if absent. */
  readonly retries?: number;
}

/**
 * Fetches the trust root and services of an instance from its TUF repository, and stores them. Each refresh works in its
 * own folder and replaces one file at its end, so several may run at once.
 *
 * @param storage a folder, made where it is not there; where it cannot be written, the result is only returned
 * @throws ProvenanceError TRUST_ROOT_REFRESH, CANCELLED
 */
export async function refreshTrustRoot(
  instance: SigstoreInstance,
  storage: string,
  options: RefreshOptions = {},
): Promise<TrustRoot> {
  throwIfCancelled(options.signal);
  const folder = await mkdtemp(join(tmpdir(), "trust-root-"));
  try {
    const fetched = await untilAborted(fetchWithTuf(instance, storage, folder, options), options.signal);
    const root = await toTrustRoot(instance, fetched);
    await writeStored(instance, storage, fetched).catch(() => undefined);
    return root;
  } catch (cause) {
    if (cause instanceof ProvenanceError && cause.code === "CANCELLED") throw cause;
    await markFailedRefresh(instance, storage).catch(() => undefined);
    const text = reasons(cause);
    const obstacle = networkObstacle({ text }, proxyOf(process.env));
    const why = obstacle === undefined ? ` (${text})` : `, which ${obstacle}`;
    throw new ProvenanceError(
      "TRUST_ROOT_REFRESH",
      `The trust root of ${instance.label} could not be refreshed from ${instance.mirror}${why}.`,
      { details: { label: instance.label, mirror: instance.mirror }, cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function fetchWithTuf(
  instance: SigstoreInstance,
  storage: string,
  cachePath: string,
  { timeout = 5000, retries = 2 }: RefreshOptions,
): Promise<StoredTrustRoot> {
  const seed = await instance.seed();
  // A stored root that does not verify is not the base of the next refresh.
  const stored = (await readStored(instance, storage))?.stored;
  const known: Partial<StoredTrustRoot["metadata"]> = stored?.metadata ?? { root: seed.tufRoot };
  const folder = join(cachePath, folderName(instance.mirror));
  await mkdir(folder);
  for (const role of ROLES) {
    const text = known[role];
    if (text !== undefined) await writeFile(join(folder, `${role}.json`), text);
  }
  const { initTUF } = await import("./trust-root-updater.ts");
  const client = await initTUF({ cachePath, mirrorURL: instance.mirror, timeout, retry: { retries } });
  const trustedRoot = await client.getTarget(TRUSTED_ROOT);
  const signingConfig = await optionalTarget(client, SIGNING_CONFIG);
  const [root = "", timestamp = "", snapshot = "", targets = ""] = await Promise.all(
    ROLES.map((role) => readFile(join(folder, `${role}.json`), "utf8")),
  );
  const before = stored === undefined ? [] : [...stored.metadata.olderRoots, stored.metadata.root];
  const olderRoots = await rootsBetween(seed.tufRoot, root, before, { mirror: instance.mirror, timeout });
  return {
    mirror: instance.mirror,
    refreshedAt: new Date().toISOString(),
    metadata: { olderRoots, root, timestamp, snapshot, targets },
    trustedRoot,
    ...(signingConfig !== undefined && { signingConfig }),
  };
}

async function optionalTarget(client: TUF, name: string): Promise<string | undefined> {
  try {
    return await client.getTarget(name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "TUF_FIND_TARGET_ERROR") return undefined;
    throw error;
  }
}

/** The folder where `@sigstore/tuf` caches a mirror. */
function folderName(mirror: string): string {
  const { host, pathname } = new URL(mirror);
  return encodeURIComponent(host + pathname.replace(/\/$/, ""));
}

function reasons(error: unknown): string {
  const texts: string[] = [];
  for (let at: unknown = error; at instanceof Error && texts.length < 4; at = at.cause) texts.push(at.message);
  return [...new Set(texts)].join(": ");
}

/** Bytes of a root, as `tuf-js` limits it. */
const MAX_ROOT_BYTES = 512_000;

const Version = v.looseObject({ signed: v.looseObject({ version: v.pipe(v.number(), v.safeInteger()) }) });

/**
 * Returns the TUF root versions between two, in order. The updater keeps the latest only; verification needs all of them.
 *
 * @param known texts of roots that need not be fetched
 * @param repository URL of the mirror, and the milliseconds that a request may take
 * @returns as received: nothing is verified yet
 */
async function rootsBetween(
  first: string,
  last: string,
  known: readonly string[],
  repository: { readonly mirror: string; readonly timeout: number },
): Promise<string[]> {
  const texts = new Map(known.map((text) => [versionOf(text), text]));
  const roots: string[] = [];
  for (let version = versionOf(first) + 1; version < versionOf(last); version++) {
    roots.push(texts.get(version) ?? (await fetchRoot(version, repository)));
  }
  return roots;
}

function versionOf(root: string): number {
  return v.parse(Version, JSON.parse(root)).signed.version;
}

async function fetchRoot(
  version: number,
  { mirror, timeout }: { readonly mirror: string; readonly timeout: number },
): Promise<string> {
  const url = `${mirror}/${version}.root.json`;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_ROOT_BYTES) throw new Error(`${url} is larger than ${MAX_ROOT_BYTES} bytes`);
  return text;
}
