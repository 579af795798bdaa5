import { throwIfCancelled } from "../errors.ts";
import type { SigstoreTrust } from "../trust.ts";
import type { TrustRoot } from "./trust-root.ts";
import type { SigstoreInstance } from "./trust-root-instances.ts";
import { type RefreshOptions, refreshTrustRoot } from "./trust-root-refresh.ts";
import { loadTrustRoot, type OnStoreRejected, sinceFailedRefresh } from "./trust-root-store.ts";

/** Milliseconds after which a trust root is refreshed. */
const MAX_AGE = 24 * 60 * 60 * 1000;
/** Milliseconds after a refresh that failed in which none is tried in the background. */
const PAUSE = 60 * 60 * 1000;

export interface OpenOptions extends RefreshOptions {
  /** The folder that holds refreshed trust roots. */
  readonly storage: string;
  /** Never touches the network. */
  readonly offline?: boolean;
  /** Called when a background refresh fails; the known root stays in use. */
  readonly onRefreshFailed?: (error: unknown) => void;
  /** Called when the stored root does not verify; the built-in one is used instead. */
  readonly onStoreRejected?: OnStoreRejected;
}

/**
 * The trust root of an instance to verify with, at once, and a refresh in the background where it is older than a day
 * (and the last refresh did not fail within the hour), which never rejects.
 */
export async function openTrustRoot(
  instance: SigstoreInstance,
  options: OpenOptions,
): Promise<Pick<SigstoreTrust, "root" | "newer">> {
  const { storage, offline = false, onRefreshFailed, onStoreRejected } = options;
  const root = await loadTrustRoot(instance, storage, onStoreRejected);
  if (offline || !isDue(root) || (await sinceFailedRefresh(instance, storage)) < PAUSE) return { root };
  const newer = refreshTrustRoot(instance, storage, options).catch((error: unknown) => {
    onRefreshFailed?.(error);
    return undefined;
  });
  return { root, newer };
}

/**
 * The trust root of an instance to sign with: not older than a day, with the services to use.
 *
 * @throws ProvenanceError TRUST_ROOT_REFRESH, CANCELLED
 */
export async function currentTrustRoot(
  instance: SigstoreInstance,
  options: Omit<OpenOptions, "offline">,
): Promise<TrustRoot> {
  throwIfCancelled(options.signal);
  const known = await loadTrustRoot(instance, options.storage, options.onStoreRejected);
  if (known.signingConfig !== undefined && !isDue(known)) return known;
  try {
    return await refreshTrustRoot(instance, options.storage, options);
  } catch (error) {
    throwIfCancelled(options.signal);
    if (known.signingConfig === undefined) throw error;
    options.onRefreshFailed?.(error);
    return known;
  }
}

/** A built-in root is due at once; so is one from the future, and one whose metadata has expired. */
function isDue({ origin, asOf, expiredSince }: TrustRoot): boolean {
  const age = asOf === undefined ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(asOf);
  return origin === "built-in" || expiredSince !== undefined || age > MAX_AGE || age < 0;
}
