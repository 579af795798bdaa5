import { ProvenanceError } from "../core/errors.ts";

/**
 * The signal that ends a login by cancellation or timeout. Its reason is the error to report.
 *
 * @param timeout milliseconds
 */
export function makeDeadline(cancel: AbortSignal | undefined, timeout: number): AbortSignal {
  const deadline = new AbortController();
  const timer = AbortSignal.timeout(timeout);
  timer.addEventListener("abort", () => {
    const message = `The login was not finished within ${timeout / 1000} seconds. Start again, and finish it in the browser.`;
    deadline.abort(new ProvenanceError("LOGIN_TIMED_OUT", message, { details: { seconds: timeout / 1000 } }));
  });
  cancel?.addEventListener("abort", () => deadline.abort(cancelled()), { once: true });
  if (cancel?.aborted === true) deadline.abort(cancelled());
  return deadline.signal;
}

export function cancelled(): ProvenanceError {
  return new ProvenanceError("CANCELLED", "The login was cancelled.");
}
