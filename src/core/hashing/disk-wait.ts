/** What a process has used so far. */
export interface Usage {
  /** Milliseconds of any clock that runs evenly. */
  readonly wallMs: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
  /** How often a thread stopped to wait for something, rather than being stopped. */
  readonly waits: number;
}

/** Below this share of the cores that could be used, something else than digesting sets the pace. */
const BUSY_SHARE = 0.6;
/** A second of waiting for a disk is made of hundreds of waits; of waiting for a processor, of none. */
const WAITS_PER_SECOND = 300;
/** One slow moment is none. */
const WINDOWS = 2;

/** Tells from a process's usage whether it waits for the disk more than it computes. */
export class DiskWait {
  #last: Usage | undefined;
  #slow = 0;

  /**
   * Takes the next reading; some ten a second.
   *
   * @param threads how many could have computed since the last one
   * @returns whether more readers would help
   */
  observe(usage: Usage, threads: number): boolean {
    const last = this.#last;
    this.#last = usage;
    if (last === undefined) return false;
    const wall = Math.max(1, usage.wallMs - last.wallMs);
    const idle = usage.cpuMs - last.cpuMs < BUSY_SHARE * threads * wall;
    const waiting = ((usage.waits - last.waits) * 1000) / wall >= WAITS_PER_SECOND;
    this.#slow = threads > 0 && idle && waiting ? this.#slow + 1 : 0;
    return this.#slow >= WINDOWS;
  }

  /** Forgets what was, after a pause. */
  reset(): void {
    this.#last = undefined;
    this.#slow = 0;
  }
}

export function processUsage(): Usage {
  const { userCPUTime, systemCPUTime, voluntaryContextSwitches } = process.resourceUsage();
  return {
    wallMs: performance.now(),
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    waits: voluntaryContextSwitches,
  };
}
