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
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
  /** Size of the model, about; undefined until it is known. */
  bytes: number | undefined;
}

/**
 * The next of the waiting checks: requested ones first, then signatures, then the smallest model. No automatic check reads
 * files before all sizes are known.
 *
 * @param paused whether automatic checks that read files wait
 */
export function nextJob(jobs: readonly Job[], paused: boolean): Job | undefined {
  const next = jobs.find(({ asked }) => asked) ?? jobs.find(({ depth }) => depth === "signature");
  if (next !== undefined || paused || jobs.some(({ bytes }) => bytes === undefined)) return next;
  return jobs.toSorted((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0))[0];
}
