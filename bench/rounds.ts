/** One way to do a work: seconds that it took. Everything before it starts is not counted. */
export interface Subject {
  readonly name: string;
  run(): Promise<number>;
}

export interface Measured {
  /** Median seconds, by subject. */
  seconds(name: string): number;
  has(name: string): boolean;
  /** Median over the rounds of how many times as long the second took as the first. Both ran in each round. */
  ratio(first: string, second: string): number;
}

/**
 * Runs every subject once a round, in turn, so that whatever else the machine does meets all of them. Before the first
 * round each runs once and is not counted, unless it is measured `cold` anyway.
 */
export async function measureRounds(
  rounds: number,
  subjects: readonly Subject[],
  start: "warm" | "cold" = "warm",
): Promise<Measured> {
  const taken = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  if (start === "warm") for (const subject of subjects) await subject.run();
  for (let round = 0; round < rounds; round++) {
    // Every other round backwards: no subject always follows the same one.
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      taken.get(subject.name)?.push(await subject.run());
    }
  }
  const of = (name: string): number[] => taken.get(name) ?? [];
  return {
    seconds: (name) => median(of(name)),
    has: (name) => taken.has(name),
    ratio: (first, second) => median(of(first).map((seconds, round) => (of(second)[round] ?? Number.NaN) / seconds)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}

/** Seconds of an action. */
export async function timed(action: () => unknown): Promise<number> {
  const started = performance.now();
  await action();
  return (performance.now() - started) / 1000;
}
