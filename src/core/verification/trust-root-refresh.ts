import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Updater } from "tuf-js";
import { ProvenanceError, throwIfCancelled } from "../errors.ts";
import { untilAborted } from "../until-aborted.ts";
import { causesOf, networkObstacle, proxyOf } from "./service-answer.ts";
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

/** Milliseconds that a request may take. */
const TIMEOUT = 5000;

export interface RefreshOptions {
  readonly signal?: AbortSignal;
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
    const text = causesOf(cause);
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
  folder: string,
  { retries = 2 }: RefreshOptions,
): Promise<StoredTrustRoot> {
  const { mirror } = instance;
  // A stored root that does not verify is not the base of the next refresh.
  const stored = (await readStored(instance, storage))?.stored;
  const { olderRoots = [], ...known } = stored?.metadata ?? { root: (await instance.seed()).tufRoot };
  for (const [role, text] of Object.entries(known)) await writeFile(join(folder, `${role}.json`), text);
  const roots = stored === undefined ? [] : [...olderRoots, known.root];
  const { DefaultFetcher, Updater } = await import("./trust-root-updater.ts");
  const fetcher = new DefaultFetcher({ timeout: TIMEOUT, retry: { retries } });
  const updater = new Updater({
    metadataDir: folder,
    metadataBaseUrl: mirror,
    targetDir: folder,
    targetBaseUrl: `${mirror}/targets`,
    fetcher: {
      downloadFile: (...request) => fetcher.downloadFile(...request),
      // The updater keeps the latest root only; verification needs all of them.
      async downloadBytes(url, maxLength) {
        const bytes = await fetcher.downloadBytes(url, maxLength);
        if (/\/\d+\.root\.json$/.test(url)) roots.push(bytes.toString("utf8"));
        return bytes;
      },
    },
  });
  const trustedRoot = await readTarget(updater, TRUSTED_ROOT);
  if (trustedRoot === undefined) throw new Error(`${mirror} has no ${TRUSTED_ROOT}`);
  const signingConfig = await readTarget(updater, SIGNING_CONFIG);
  const [timestamp = "", snapshot = "", targets = ""] = await Promise.all(
    ["timestamp", "snapshot", "targets"].map((role) => readFile(join(folder, `${role}.json`), "utf8")),
  );
  return {
    mirror,
    refreshedAt: new Date().toISOString(),
    metadata: { olderRoots: roots.slice(0, -1), root: roots.at(-1) ?? known.root, timestamp, snapshot, targets },
    trustedRoot,
    ...(signingConfig !== undefined && { signingConfig }),
  };
}

async function readTarget(updater: Updater, name: string): Promise<string | undefined> {
  const target = await updater.getTargetInfo(name);
  return target && readFile(await updater.downloadTarget(target), "utf8");
}
