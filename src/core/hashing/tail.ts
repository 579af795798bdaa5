/** A job must be this large for a thread beyond the number of cores to be worth its start. */
export const TAIL_JOB_BYTES = 16 * 1024 * 1024;

/**
 * Whether the jobs that are left may all start, though there are fewer cores. Without that, three equal files take two
 * cores as long as four: the third runs alone. With it, `pausedLanes` shares the cores among them.
 *
 * @param left jobs that run or wait
 * @param next bytes of the largest that waits
 */
export function isTail(left: number, next: number, cores: number): boolean {
  return cores > 1 && left <= 2 * cores - 1 && next >= TAIL_JOB_BYTES;
}

/**
 * Which threads have to pause so that no more run than there are cores: those with the least left to do. Asked again
 * and again, this makes all of them end at the same moment, which is the earliest one.
 *
 * @param remaining bytes left, by thread
 */
export function pausedLanes(remaining: ReadonlyMap<number, number>, cores: number): Set<number> {
  const byRemainder = [...remaining].sort(([, a], [, b]) => b - a);
  return new Set(byRemainder.slice(cores).map(([lane]) => lane));
}
