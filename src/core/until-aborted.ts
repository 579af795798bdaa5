import { ProvenanceError, throwIfCancelled } from "./errors.ts";

/**
 * Waits for work that cannot be stopped itself. Rejects once the signal is aborted; a later result is dropped.
 *
 * @throws ProvenanceError CANCELLED
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  work.catch(() => undefined);
  throwIfCancelled(signal);
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(new ProvenanceError("CANCELLED", "Cancelled.", { cause: signal.reason }));
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
