import type { DigestProgress } from "../core/hashing/digest-request.ts";
import { bytesText, doneOfText, timeLeftText } from "../core/presentation/bytes-and-time.ts";
import type { Output } from "./output.ts";
import { cacheFolder } from "./program-folders.ts";
import type { Terminal } from "./terminal.ts";
import { escapeControls } from "./text.ts";

const ERASE_LINE = "\r\x1b[K";
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

/** Runs `work` with a progress line, which is erased at its end. */
export async function withProgressLine<T>(output: Output, work: (progress: ProgressLine) => Promise<T>): Promise<T> {
  const progress = new ProgressLine(output);
  try {
    return await work(progress);
  } finally {
    progress.clear();
  }
}

/** As {@link withProgressLine}, for work that takes digests from the cache and ends with Ctrl-C. */
export function withReading<T>(
  { err, interruption }: Pick<Terminal, "err" | "interruption">,
  work: (reading: { cache: string; signal: AbortSignal; onProgress: ProgressLine["update"] }) => Promise<T>,
): Promise<T> {
  const { signal } = interruption;
  return withProgressLine(err, ({ update }) => work({ cache: cacheFolder("digests"), signal, onProgress: update }));
}

/** A progress line on standard error, if that is a terminal. */
export class ProgressLine {
  readonly #output: Output;
  readonly #now: () => number;
  #started: number | undefined;
  #shown = false;

  /** @param now milliseconds of a clock that never goes back */
  constructor(output: Output, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  readonly update = (progress: DigestProgress): void => {
    const now = this.#now();
    this.#started ??= now;
    this.show(progressText(progress, (now - this.#started) / 1000));
  };

  show(line: string): void {
    if (!this.#output.isTerminal) return;
    const text = escapeControls(line);
    this.#output.raw(`${ERASE_LINE}${text.slice(0, this.#output.columns - 1)}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#output.raw(ERASE_LINE);
    this.#shown = false;
  }
}
