import { createInterface } from "node:readline/promises";
import { ProvenanceError, throwIfCancelled } from "../core/errors.ts";
import type { Terminal } from "./terminal.ts";
import { escapeControls } from "./text.ts";

/**
 * Asks a question on standard error and returns the line that the user types.
 *
 * @throws ProvenanceError CANCELLED, also where the input ends
 */
export async function askLine(question: string, { input, err, interruption }: Terminal): Promise<string> {
  throwIfCancelled(interruption.signal);
  const editor = createInterface({ input, terminal: false });
  const ended = new Promise<never>((_, reject) => {
    editor.once("close", () => reject(new ProvenanceError("CANCELLED", "There was no answer.")));
  });
  ended.catch(() => undefined);
  try {
    err.raw(escapeControls(question));
    const answer = editor.question("", { signal: interruption.signal });
    return await Promise.race([answer, ended]);
  } catch (error) {
    throwIfCancelled(interruption.signal);
    throw error;
  } finally {
    editor.close();
  }
}

/** Asks a yes-or-no question; anything but `y` or `yes` is no. @throws ProvenanceError CANCELLED */
export async function confirm(question: string, terminal: Terminal): Promise<boolean> {
  return /^y(es)?$/i.test((await askLine(`${question} [y/N] `, terminal)).trim());
}
