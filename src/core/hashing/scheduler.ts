import type { DigestRun, RunOutcome } from "./digest-run.ts";
import type { Job, JobOutcome, Lane } from "./job.ts";
import { type Measure, usefulThreads } from "./measure.ts";
import { isTail, pausedLanes } from "./tail.ts";

/** Requests that get a thread of their own although every core is busy: a small one must not wait for a huge one. */
const EXTRA_REQUESTS = 3;
/** Threads for small files where the disk sets the pace: it answers many questions at once sooner than one by one. */
const DISK_THREADS = 5;
/** Threads that may read ahead at the same time: each takes 6 MiB for it. */
const OVERLAPPING = 4;
/** How often the threads of a tail take turns, in milliseconds: some dozen blocks. */
const TURN_MS = 20;

interface Entry {
  readonly run: DigestRun;
  readonly settle: (outcome: RunOutcome) => void;
  /** By lane. */
  readonly jobs: Map<number, JobAtWork>;
}

interface JobAtWork {
  readonly bytes: number;
  /** What the lane had counted before. */
  readonly base: number;
  readonly since: number;
  readonly small: boolean;
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
  #jobsMs = 0;
  #turns: NodeJS.Timeout | undefined;
  #diskBound = false;

  constructor(cores: number, createLane: () => Lane) {
    this.#cores = cores;
    this.#createLane = createLane;
  }

  /** How many threads there can be at most. */
  get lanes(): number {
    return Math.max(DISK_THREADS, 2 * this.#cores - 1) + EXTRA_REQUESTS;
  }

  /** Milliseconds that all jobs took so far. */
  get jobsMs(): number {
    let sum = this.#jobsMs;
    for (const { jobs } of this.#entries) {
      // A batch tells its own time at its end: from here, it would include the time that its answer waits for.
      for (const { since, small } of jobs.values()) if (!small) sum += performance.now() - since;
    }
    return sum;
  }

  /** Whether threads wait for the disk: then there is room for more of them, or for reads beside the digesting. */
  set diskBound(value: boolean) {
    if (value === this.#diskBound) return;
    this.#diskBound = value;
    this.dispatch();
  }

  /** Resolves when no thread has anything of the request any more. */
  submit(run: DigestRun): Promise<RunOutcome> {
    return new Promise((settle) => {
      const entry: Entry = { run, settle, jobs: new Map() };
      this.#entries.add(entry);
      this.dispatch();
    });
  }

  /** Starts threads for a request whose list is still coming, as many as will find something to do. */
  expect(measure: Measure): void {
    while (this.#seats < Math.min(this.#cores, usefulThreads(measure))) {
      this.#free.push({ index: this.#seats++, lane: this.#createLane() });
    }
  }

  /** Stops a request; the promise of `submit` tells when. */
  cancel(run: DigestRun): void {
    run.cancel();
    for (const entry of this.#entries) if (entry.run === run) this.#settleIfEnded(entry);
  }

  async close(): Promise<void> {
    await Promise.all(this.#free.splice(0).map((seat) => seat.lane.close()));
  }

  /** Hands out what there is to do; to be called when a request has got more of it, or its last. */
  dispatch(): void {
    for (const entry of this.#entries) this.#settleIfEnded(entry);
    for (let entry = this.#choose(); entry !== undefined; entry = this.#choose()) {
      const seat = this.#free.pop() ?? { index: this.#seats++, lane: this.#createLane() };
      const { bytes = 0, range } = entry.run.peek() ?? {};
      const job = entry.run.take(seat.index);
      if (job === undefined) {
        this.#free.push(seat);
        break;
      }
      const base = entry.run.control.laneBytes(seat.index);
      entry.jobs.set(seat.index, { bytes, base, since: performance.now(), small: range === undefined });
      this.#active++;
      void this.#work(entry, seat, job);
    }
    this.#setPace();
  }

  #choose(): Entry | undefined {
    let chosen: Entry | undefined;
    for (const entry of this.#entries) {
      const open = entry.run.waiting > 0 && entry.jobs.size < entry.run.readers;
      if (open && (chosen === undefined || entry.jobs.size < chosen.jobs.size)) chosen = entry;
    }
    if (chosen === undefined || this.#active < this.#cores) return chosen;
    const small = chosen.run.peek()?.range === undefined;
    if (this.#diskBound && small && this.#active < DISK_THREADS) return chosen;
    if (chosen.jobs.size === 0) return this.#active < this.#cores + EXTRA_REQUESTS ? chosen : undefined;
    return this.#inTail(chosen) ? chosen : undefined;
  }

  #inTail({ run, jobs }: Entry): boolean {
    const left = run.waiting + jobs.size;
    return this.#entries.size === 1 && isTail(left, run.peek()?.bytes ?? 0, this.#cores);
  }

  async #work(entry: Entry, seat: Seat, job: Job): Promise<void> {
    let outcome: JobOutcome;
    try {
      outcome = await seat.lane.run(job);
    } catch (error) {
      outcome = { state: "failed", fault: { kind: "failed", reason: String(error) } };
    }
    const atWork = entry.jobs.get(seat.index);
    if (atWork !== undefined) this.#jobsMs += atWork.small ? (outcome.ms ?? 0) : performance.now() - atWork.since;
    entry.jobs.delete(seat.index);
    this.#active--;
    this.#free.push(seat);
    if (outcome.state === "done") entry.run.completed(seat.index);
    if (outcome.state === "failed") entry.run.fail(outcome.fault);
    this.dispatch();
  }

  /** Decides which threads run and how they read, after every change in what there is to do. */
  #setPace(): void {
    // Reading beside the digesting needs a core of its own; where all of them digest it only costs.
    const room = this.#diskBound ? OVERLAPPING : Math.min(OVERLAPPING, this.#cores / 2);
    const overlap = this.#active <= Math.max(1, room);
    for (const { run } of this.#entries) run.control.overlap = overlap;
    const crowded = !this.#diskBound && this.#entries.size === 1 && this.#active > this.#cores;
    if (crowded && this.#turns === undefined) this.#turns = setInterval(() => this.#takeTurns(), TURN_MS);
    if (!crowded && this.#turns !== undefined) {
      clearInterval(this.#turns);
      this.#turns = undefined;
    }
    this.#takeTurns();
  }

  #takeTurns(): void {
    for (const { run, jobs } of this.#entries) {
      const remaining = new Map<number, number>();
      for (const [lane, { bytes, base }] of jobs) remaining.set(lane, bytes - (run.control.laneBytes(lane) - base));
      const paused = this.#turns === undefined ? new Set() : pausedLanes(remaining, this.#cores);
      for (const lane of jobs.keys()) run.control.setPaused(lane, paused.has(lane));
    }
  }

  #settleIfEnded(entry: Entry): void {
    if (entry.jobs.size > 0) return;
    const outcome = entry.run.outcome;
    if (outcome !== undefined && this.#entries.delete(entry)) entry.settle(outcome);
  }
}
