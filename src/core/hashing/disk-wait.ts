import fs from "node:fs";

/** Below this share of the time that jobs took, something else than processors sets the pace. */
const BUSY_SHARE = 0.6;
/** Milliseconds of jobs that tell something. */
const ENOUGH_MS = 50;
/** One slow moment is none. */
const WINDOWS = 2;

/** Tells from what a process used whether its jobs wait for the disk more than they compute, or would like to compute. */
export class DiskWait {
  #last: { readonly usedMs: number; readonly jobsMs: number } | undefined;
  #slow = 0;

  /**
   * Takes the next reading; some ten a second. Both figures only ever grow.
   *
   * @param usedMs see `processorMs`; undefined where the system does not tell
   * @param jobsMs time that all jobs took so far
   * @returns whether more readers would help
   */
  observe(usedMs: number | undefined, jobsMs: number): boolean {
    if (usedMs === undefined) {
      this.reset();
      return false;
    }
    const last = this.#last;
    const jobs = jobsMs - (last?.jobsMs ?? jobsMs);
    // Slow jobs tell of themselves late: until they do, what was known stays.
    if (last !== undefined && jobs < ENOUGH_MS) return this.#slow >= WINDOWS;
    this.#last = { usedMs, jobsMs };
    if (last === undefined) return false;
    this.#slow = usedMs - last.usedMs < BUSY_SHARE * jobs ? this.#slow + 1 : 0;
    return this.#slow >= WINDOWS;
  }

  /** Forgets what was, after a pause. */
  reset(): void {
    this.#last = undefined;
    this.#slow = 0;
  }
}

/**
 * Milliseconds of processor time that all threads had, and that they were ready for while others had it: without the
 * latter, a busy machine would look like a slow disk. Only Linux tells.
 */
export function processorMs(): number | undefined {
  if (process.platform !== "linux") return undefined;
  let sum = 0;
  try {
    for (const thread of fs.readdirSync("/proc/self/task")) {
      const [ran, waited] = fs.readFileSync(`/proc/self/task/${thread}/schedstat`, "latin1").split(" ");
      sum += (Number(ran) + Number(waited)) / 1e6;
    }
  } catch {
    return undefined;
  }
  return sum;
}
