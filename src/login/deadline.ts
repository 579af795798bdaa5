import { ProvenanceError } from "../core/errors.ts";

/** The end of a login: the person's, or the clock's. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Why it ended. */
  error(): ProvenanceError;
  /** Resolves with the work, unless the end comes first. */
  race<T>(work: Promise<T>): Promise<T>;
}

/** @param timeout milliseconds */
export function makeDeadline(cancel: AbortSignal | undefined, timeout: number): Deadline {
  const timer = AbortSignal.timeout(timeout);
  const signal = cancel === undefined ? timer : AbortSignal.any([cancel, timer]);

  function error(): ProvenanceError {
    if (cancel?.aborted === true) return cancelled();
    return new ProvenanceError(
      "LOGIN_TIMED_OUT",
      `Nobody logged in within ${spanText(timeout)}. Start again, and finish the login in the browser.`,
      { details: { seconds: timeout / 1000 } },
    );
  }

  return {
    signal,
    error,
    race: (work) =>
      new Promise((resolve, reject) => {
        const end = () => reject(error());
        if (signal.aborted) end();
        signal.addEventListener("abort", end, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
      }),
  };
}

export function cancelled(): ProvenanceError {
  return new ProvenanceError("CANCELLED", "The login was cancelled.");
}

function spanText(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  return Number.isInteger(minutes) ? `${minutes} minutes` : `${milliseconds / 1000} seconds`;
}
