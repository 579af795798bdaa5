/** A job must be this large for a thread beyond the number of cores to be worth its start. */
export const TAIL_JOB_BYTES = 16 * 1024 * 1024;

/**
 * Whether the jobs that are left may all start, though there are fewer cores. Without that, three equal files take two
 * cores as long as four: the third runs alone. With it, the system shares the cores among them.
 *
 * @param left jobs that run or wait
 * @param next bytes of the largest that waits
 */
export function isTail(left: number, next: number, cores: number): boolean {
  return cores > 1 && left <= 2 * cores - 1 && next >= TAIL_JOB_BYTES;
}

/**
 * Which threads have to pause. None, as long as an even share of what is left is more than the longest job: then all end
 * about together. Where the longest decides, it must lose no time to others: no more run than there are cores, those with
 * the most left to do. Asked again and again, this ends at the earliest moment there can be.
 *
 * @param remaining bytes left, by thread
 */
export function pausedLanes(remaining: ReadonlyMap<number, number>, cores: number): Set<number> {
  const byRemainder = [...remaining].sort(([, a], [, b]) => b - a);
  const longest = byRemainder[0]?.[1] ?? 0;
  const share = byRemainder.reduce((sum, [, left]) => sum + left, 0) / cores;
  return longest < share ? new Set() : new Set(byRemainder.slice(cores).map(([lane]) => lane));
}
