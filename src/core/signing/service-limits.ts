import { setTimeout } from "node:timers/promises";
import { untilAborted } from "../until-aborted.ts";

/** Timeouts and retries for the services of Sigstore. */
export interface ServiceLimits {
  /** Milliseconds a request may take. */
  readonly timeout: number;
  /** The same for a log of version 2: it answers when its next checkpoint is out. */
  readonly logV2Timeout: number;
  /** How often a request is tried again. */
  readonly retries: number;
  /** Milliseconds before the first retry; twice as many before the next. */
  readonly backoff: number;
}

export const DEFAULT_LIMITS: ServiceLimits = { timeout: 10_000, logV2Timeout: 20_000, retries: 2, backoff: 1000 };

/** Limits of a request as `@sigstore/sign` takes them. @param timeout milliseconds */
export function requestOptions({ retries, backoff }: ServiceLimits, timeout: number) {
  return { timeout, retry: { retries, minTimeout: backoff } };
}

/** Milliseconds that one request to a log may take. */
export function logTimeout({ version }: { readonly version: 1 | 2 }, limits: ServiceLimits): number {
  return version === 2 ? limits.logV2Timeout : limits.timeout;
}

/**
 * Limits the time of a request and its retries: the library has no timeout for connecting.
 *
 * @param timeout milliseconds of one request
 * @throws Error where the time is over; ProvenanceError CANCELLED
 */
export async function withinLimits<T>(
  work: Promise<T>,
  timeout: number,
  { retries, backoff }: ServiceLimits,
  signal: AbortSignal | undefined,
): Promise<T> {
  const total = timeout * (retries + 1) + backoff * (2 ** retries - 1) + 1000;
  const late = setTimeout(total, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${Math.round(total / 1000)} s`);
  });
  return untilAborted(Promise.race([work, late]), signal);
}
