import { l10n, ProgressLocation, window } from "vscode";
import type { DigestProgress } from "../core/hashing/digest-request.ts";
import { doneOfText, timeLeftText } from "../core/presentation/bytes-and-time.ts";
import { messageText } from "./plain-text.ts";

/** Milliseconds of reading before a rate is meaningful. */
const RATE_AFTER = 2_000;

/**
 * "12.1 of 35.6 GB, 20 s left"; the time left only once the rate is known.
 *
 * @param elapsed milliseconds since the first byte
 */
export function bytesProgressText({ bytesDone, bytesTotal }: DigestProgress, elapsed: number): string {
  const done = doneOfText(bytesDone, bytesTotal);
  if (elapsed < RATE_AFTER || bytesDone === 0) return done;
  const seconds = ((bytesTotal - bytesDone) / bytesDone) * (elapsed / 1000);
  return l10n.t("{0}, {1} left", done, timeLeftText(seconds));
}

export interface ProgressReport {
  step(text: string): void;
  /** @param doing what happens to the bytes; absent where the title says it */
  bytes(progress: DigestProgress, doing?: string): void;
}

/** Runs the task with a notification, whose cancel button aborts the signal. */
export function withProgress<T>(
  title: string,
  task: (report: ProgressReport, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const options = { location: ProgressLocation.Notification, title: messageText(title), cancellable: true };
  const run = window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    let started: number | undefined;
    let percent = 0;
    const report: ProgressReport = {
      step: (text) => progress.report({ message: messageText(text) }),
      bytes: (bytes, doing) => {
        const now = bytes.bytesTotal === 0 ? 0 : Math.floor((bytes.bytesDone / bytes.bytesTotal) * 100);
        started ??= Date.now();
        const text = bytesProgressText(bytes, Date.now() - started);
        const message = doing === undefined ? text : `${doing} ${text}`;
        progress.report({ message, increment: Math.max(0, now - percent) });
        percent = Math.max(percent, now);
      },
    };
    try {
      return await task(report, abort.signal);
    } finally {
      subscription.dispose();
    }
  });
  return Promise.resolve(run);
}
