import type { DigestRun, RunOutcome } from "./digest-run.ts";
import type { Job, JobOutcome, Lane } from "./job.ts";

/** Requests that get a thread of their own although every core is busy: a small one must not wait for a huge one. */
const EXTRA_REQUESTS = 3;

interface Entry {
  readonly run: DigestRun;
  readonly settle: (outcome: RunOutcome) => void;
  active: number;
}

interface Seat {
  readonly index: number;
  readonly lane: Lane;
}

/** Hands the jobs of all requests to the threads: one a core, the request with the fewest threads first. */
export class Scheduler {
  readonly #cores: number;
  readonly #createLane: () => Lane;
  readonly #entries = new Set<Entry>();
  readonly #free: Seat[] = [];
  #seats = 0;
  #active = 0;

  constructor(cores: number, createLane: () => Lane) {
    this.#cores = cores;
    this.#createLane = createLane;
  }

  /** How many threads there can be at most. */
  get lanes(): number {
    return this.#cores + EXTRA_REQUESTS;
  }

  /** Resolves when no thread has anything of the request any more. */
  submit(run: DigestRun): Promise<RunOutcome> {
    return new Promise((settle) => {
      const entry: Entry = { run, settle, active: 0 };
      this.#entries.add(entry);
      this.#settleIfEnded(entry);
      this.#dispatch();
    });
  }

  /** Stops a request; the promise of `submit` tells when. */
  cancel(run: DigestRun): void {
    run.cancel();
    for (const entry of this.#entries) if (entry.run === run) this.#settleIfEnded(entry);
  }

  async close(): Promise<void> {
    await Promise.all(this.#free.splice(0).map((seat) => seat.lane.close()));
  }

  #dispatch(): void {
    for (let entry = this.#choose(); entry !== undefined; entry = this.#choose()) {
      const seat = this.#free.pop() ?? { index: this.#seats++, lane: this.#createLane() };
      const job = entry.run.take(seat.index);
      if (job === undefined) {
        this.#free.push(seat);
        return;
      }
      void this.#work(entry, seat, job);
    }
  }

  #choose(): Entry | undefined {
    let chosen: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.run.waiting > 0 && (chosen === undefined || entry.active < chosen.active)) chosen = entry;
    }
    if (chosen === undefined || this.#active < this.#cores) return chosen;
    return chosen.active === 0 && this.#active < this.lanes ? chosen : undefined;
  }

  async #work(entry: Entry, seat: Seat, job: Job): Promise<void> {
    this.#changeActive(entry, 1);
    let outcome: JobOutcome;
    try {
      outcome = await seat.lane.run(job);
    } catch (error) {
      outcome = { state: "failed", fault: { kind: "failed", reason: String(error) } };
    }
    this.#changeActive(entry, -1);
    this.#free.push(seat);
    if (outcome.state === "done") entry.run.completed();
    if (outcome.state === "failed") entry.run.fail(outcome.fault);
    this.#settleIfEnded(entry);
    this.#dispatch();
  }

  #changeActive(entry: Entry, by: 1 | -1): void {
    entry.active += by;
    this.#active += by;
    // Reading beside the digesting needs a core of its own; where all of them digest it only costs.
    const overlap = this.#active <= Math.max(1, this.#cores / 2);
    for (const { run } of this.#entries) run.control.overlap = overlap;
  }

  #settleIfEnded(entry: Entry): void {
    if (entry.active > 0) return;
    const outcome = entry.run.outcome;
    if (outcome !== undefined && this.#entries.delete(entry)) entry.settle(outcome);
  }
}
