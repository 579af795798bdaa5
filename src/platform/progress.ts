import { l10n, ProgressLocation, window } from "vscode";
import type { DigestProgress } from "../core/hashing/digest-engine.ts";
import { bytesText } from "../core/words.ts";
import { messageText } from "./plain-text.ts";

/** Milliseconds of reading before a rate means anything. */
const RATE_AFTER = 2_000;

/** "12.1 GB of 35.6 GB, 20 s left"; the time left only once the rate is known. */
export function bytesProgressText(progress: DigestProgress, elapsed: number): string {
  const done = bytesText(progress.bytesDone);
  const total = bytesText(progress.bytesTotal);
  if (elapsed < RATE_AFTER || progress.bytesDone === 0) return l10n.t("{0} of {1}", done, total);
  const seconds = Math.ceil(((progress.bytesTotal - progress.bytesDone) / progress.bytesDone) * (elapsed / 1000));
  return seconds < 90
    ? l10n.t("{0} of {1}, {2} s left", done, total, seconds)
    : l10n.t("{0} of {1}, {2} min left", done, total, Math.round(seconds / 60));
}

export interface ProgressReport {
  step(text: string): void;
  /** @param doing what is done with the bytes; absent where the title says it */
  bytes(progress: DigestProgress, doing?: string): void;
}

/** A notification with a cancel button around the task; pressing it aborts the signal. */
export function withProgress<T>(
  title: string,
  task: (report: ProgressReport, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const options = { location: ProgressLocation.Notification, title: messageText(title), cancellable: true };
  const run = window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    const started = Date.now();
    let percent = 0;
    const report: ProgressReport = {
      step: (text) => progress.report({ message: messageText(text) }),
      bytes: (bytes, doing) => {
        const now = bytes.bytesTotal === 0 ? 0 : Math.floor((bytes.bytesDone / bytes.bytesTotal) * 100);
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
