import type { DigestProgress } from "../core/hashing/digest-request.ts";
import { bytesText, doneOfText, timeLeftText } from "../core/presentation/bytes-and-time.ts";
import type { Output } from "./output.ts";
import { cacheFolder } from "./program-folders.ts";
import type { Terminal } from "./terminal.ts";

/** Seconds before a rate is shown. */
const SETTLED = 0.5;

/** `Hashing 12.1 of 35.6 GB, 1.6 GB/s, 15 s left` */
export function progressText({ bytesDone, bytesTotal }: DigestProgress, seconds: number): string {
  const done = `Hashing ${doneOfText(bytesDone, bytesTotal)}`;
  if (seconds < SETTLED || bytesDone === 0) return done;
  const rate = bytesDone / seconds;
  const left = (bytesTotal - bytesDone) / rate;
  return `${done}, ${bytesText(Math.round(rate))}/s, ${timeLeftText(left)} left`;
}

/** Runs `work`, which reports its progress on a line that is erased at its end. */
export async function withProgressLine<T>(
  output: Output,
  work: (onProgress: (progress: DigestProgress) => void) => Promise<T>,
): Promise<T> {
  let started: number | undefined;
  try {
    return await work((progress) => {
      const now = performance.now();
      started ??= now;
      output.progress(progressText(progress, (now - started) / 1000));
    });
  } finally {
    output.progress();
  }
}

/** How the files of a model are read: with digests from the cache, until Ctrl-C. */
export interface Reading {
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DigestProgress) => void;
}

/** As {@link withProgressLine}, for work that takes digests from the cache and ends with Ctrl-C. */
export function withReading<T>(
  { err, interruption }: Pick<Terminal, "err" | "interruption">,
  work: (reading: Reading) => Promise<T>,
): Promise<T> {
  const { signal } = interruption;
  return withProgressLine(err, (onProgress) => work({ cache: cacheFolder("digests"), signal, onProgress }));
}
