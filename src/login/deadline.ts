import { ProvenanceError } from "../core/errors.ts";
import { untilAborted } from "../core/until-aborted.ts";

/** The end of a login by cancellation or timeout. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Why it ended. */
  error(): ProvenanceError;
  /** Resolves with the work, or rejects at the end. */
  race<T>(work: Promise<T>): Promise<T>;
}

/** @param timeout milliseconds */
export function makeDeadline(cancel: AbortSignal | undefined, timeout: number): Deadline {
  const timer = AbortSignal.timeout(timeout);
  const signal = cancel === undefined ? timer : AbortSignal.any([cancel, timer]);

  function error(): ProvenanceError {
    if (cancel?.aborted === true) return cancelled();
    const message = `The login was not finished within ${timeout / 1000} seconds. Start again, and finish it in the browser.`;
    return new ProvenanceError("LOGIN_TIMED_OUT", message, { details: { seconds: timeout / 1000 } });
  }

  return {
    signal,
    error,
    race: (work) =>
      untilAborted(work, signal).catch((cause: unknown) => {
        throw signal.aborted ? error() : cause;
      }),
  };
}

export function cancelled(): ProvenanceError {
  return new ProvenanceError("CANCELLED", "The login was cancelled.");
}
