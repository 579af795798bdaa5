import type { DigestMode, DigestProgress } from "../core/hashing/digest-request.ts";
import type { Verdict } from "../core/verdict.ts";
import type { CheckDepth } from "../engine/check-model.ts";

export interface Job {
  readonly path: string;
  readonly depth: CheckDepth;
  /** Somebody waits for it. */
  readonly asked: boolean;
  readonly mode: DigestMode;
  /** Ends the job for ever. */
  readonly abort: AbortController;
  readonly onProgress: ((progress: DigestProgress) => void) | undefined;
  readonly settle: { resolve(verdict: Verdict): void; reject(error: unknown): void };
  /** To be read, about; undefined until that was looked at. */
  bytes: number | undefined;
}

/** What waits to be checked: what is asked for first, then signatures, then the smallest. */
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
   * Takes what is next out. As long as the size of one is not known, no file is read that nobody asked for.
   *
   * @param paused whether files that nobody asked for have to wait
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
