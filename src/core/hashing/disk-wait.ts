import fs from "node:fs";

/** What all threads of a process have used so far. */
export interface Usage {
  /** Milliseconds of any clock that runs evenly. */
  readonly wallMs: number;
  /** Processor time that they had, and that they were ready for but others had. */
  readonly cpuMs: number;
}

/** Below this share of the cores that could be used, something else than processors sets the pace. */
const BUSY_SHARE = 0.6;
/** One slow moment is none. */
const WINDOWS = 2;

/** Tells from a process's usage whether it waits for the disk more than it computes, or would like to compute. */
export class DiskWait {
  #last: Usage | undefined;
  #slow = 0;

  /**
   * Takes the next reading; some ten a second.
   *
   * @param usage undefined where the system does not tell
   * @param threads how many could have computed since the last one
   * @returns whether more readers would help
   */
  observe(usage: Usage | undefined, threads: number): boolean {
    const last = this.#last;
    this.#last = usage;
    if (last === undefined || usage === undefined) return false;
    const wall = usage.wallMs - last.wallMs;
    this.#slow = usage.cpuMs - last.cpuMs < BUSY_SHARE * threads * wall ? this.#slow + 1 : 0;
    return this.#slow >= WINDOWS;
  }

  /** Forgets what was, after a pause. */
  reset(): void {
    this.#last = undefined;
    this.#slow = 0;
  }
}

/** Only Linux tells for how long a thread was ready while others ran: without that, a busy machine looks like a slow disk. */
export function processUsage(): Usage | undefined {
  if (process.platform !== "linux") return undefined;
  let cpuMs = 0;
  try {
    for (const thread of fs.readdirSync("/proc/self/task")) {
      const [ran, waited] = fs.readFileSync(`/proc/self/task/${thread}/schedstat`, "latin1").split(" ");
      cpuMs += (Number(ran) + Number(waited)) / 1e6;
    }
  } catch {
    return undefined;
  }
  return { wallMs: performance.now(), cpuMs };
}
