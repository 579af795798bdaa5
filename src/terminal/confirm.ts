import { createInterface } from "node:readline";
import { ProvenanceError, throwIfCancelled } from "../core/errors.ts";
import type { Terminal } from "./terminal.ts";
import { escapeControls } from "./text.ts";

/**
 * Asks a question that is answered by yes or no; anything but `y` or `yes` is no. The terminal has to be one.
 *
 * @throws ProvenanceError CANCELLED
 */
export async function confirm(question: string, { input, err, interruption }: Terminal): Promise<boolean> {
  throwIfCancelled(interruption.signal);
  const lines = createInterface({ input, terminal: false });
  try {
    err.raw(`${escapeControls(question)} [y/N] `);
    const answer = await new Promise<string>((resolve, reject) => {
      const cancel = (): void => reject(new ProvenanceError("CANCELLED", "No answer was given."));
      lines.once("line", resolve);
      lines.once("close", cancel);
      interruption.signal.addEventListener("abort", cancel, { once: true });
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
