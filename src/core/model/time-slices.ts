import { setImmediate } from "node:timers/promises";
import { throwIfCancelled } from "../errors.ts";

/** Milliseconds of uninterrupted work; with garbage collection on top, it must stay below 20. */
const SLICE_MS = 2;

/**
 * Divides long synchronous work, so that the event loop runs in between: `if (slices.isOver()) await slices.next()`.
 * Synchronous calls in slices list and stat files several times faster than promises do.
 */
export class TimeSlices {
  readonly #signal: AbortSignal | undefined;
  #end = performance.now() + SLICE_MS;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    throwIfCancelled(signal);
  }

  isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets the event loop run. @throws `CANCELLED` */
  async next(): Promise<void> {
    await setImmediate();
    throwIfCancelled(this.#signal);
    this.#end = performance.now() + SLICE_MS;
  }
}
