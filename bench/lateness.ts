import { monitorEventLoopDelay } from "node:perf_hooks";
import { median } from "./rounds.ts";

/** The histogram counts whole intervals of its timer; what is above one is lateness. */
const RESOLUTION_MS = 1;

/** How late this thread's event loop was while the engine worked. */
export class Lateness {
  readonly #p99: number[] = [];
  #longest = 0;
  #longestIn = "";

  /** Counts while `action` runs. */
  async during<T>(what: string, action: () => Promise<T>): Promise<T> {
    const during = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    during.enable();
    try {
      return await action();
    } finally {
      during.disable();
      this.#p99.push(lateness(during.percentile(99)));
      const longest = lateness(during.max);
      if (longest > this.#longest) this.#longestIn = what;
      this.#longest = Math.max(this.#longest, longest);
    }
  }

  /** Milliseconds; the median of all runs. */
  get p99(): number {
    return median(this.#p99);
  }

  /** Milliseconds; of all runs. */
  get longest(): number {
    return this.#longest;
  }

  /** In which work that was. */
  get longestIn(): string {
    return this.#longestIn;
  }
}

function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}
