import type { DigestMode, DigestProgress } from "../core/hashing/digest-request.ts";
import type { Verdict } from "../core/verdict.ts";
import type { CheckDepth } from "../engine/check-model.ts";

export interface Job {
  readonly path: string;
  readonly depth: CheckDepth;
  /** Requested by the user, who waits for it. */
  readonly asked: boolean;
  readonly mode: DigestMode;
  /** Cancels the job. */
  readonly abort: AbortController;
  readonly onProgress: ((progress: DigestProgress) => void) | undefined;
  readonly settle: { resolve(verdict: Verdict): void; reject(error: unknown): void };
  /** Size of the model, about; undefined until it is known. */
  bytes: number | undefined;
}

/** Waiting checks: requested ones first, then signatures, then the smallest model. */
export class CheckQueue {
  readonly #jobs: Job[] = [];

  get jobs(): readonly Job[] {
    return [...this.#jobs];
  }

  add(job: Job): void {
    this.#jobs.push(job);
  }

  /** @returns whether it was still waiting */
  remove(job: Job): boolean {
    const index = this.#jobs.indexOf(job);
    if (index >= 0) this.#jobs.splice(index, 1);
    return index >= 0;
  }

  /**
   * Removes and returns the next job. No automatic check reads files before all sizes are known.
   *
   * @param paused whether automatic checks that read files wait
   */
  take(paused: boolean): Job | undefined {
    const next = this.#jobs.find(({ asked }) => asked) ?? this.#jobs.find(({ depth }) => depth === "signature");
    const job = next ?? (paused ? undefined : this.#smallest());
    if (job !== undefined) this.remove(job);
    return job;
  }

  #smallest(): Job | undefined {
    if (this.#jobs.some(({ bytes }) => bytes === undefined)) return undefined;
    const [first] = [...this.#jobs].sort((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0));
    return first;
  }
}
