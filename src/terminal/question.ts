import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";
import { ProvenanceError, throwIfCancelled } from "../core/errors.ts";
import type { Terminal } from "./terminal.ts";
import { escapeControls } from "./text.ts";

/**
 * Asks a question on standard error and returns the line that the user types.
 *
 * @throws ProvenanceError CANCELLED, also where the input ends
 */
export function askLine(question: string, terminal: Terminal): Promise<string> {
  return ask(question, "There was no answer.", createInterface({ input: terminal.input, terminal: false }), terminal);
}

/**
 * As {@link askLine}, without echo, with a line editor for backspace, paste and Ctrl-U. Echo is off before the question
 * appears.
 *
 * @param notGiven message of the error
 */
export async function askHidden(question: string, notGiven: string, terminal: Terminal): Promise<string> {
  const { input, err, interruption } = terminal;
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const editor = createInterface({ input, output, terminal: true, historySize: 0 });
  // In raw mode Ctrl-C is a key, not a signal.
  editor.on("SIGINT", () => interruption.interrupt());
  try {
    return await ask(question, notGiven, editor, terminal);
  } finally {
    err.raw("\n");
  }
}

async function ask(question: string, notGiven: string, editor: Interface, terminal: Terminal): Promise<string> {
  const { signal } = terminal.interruption;
  const ended = new Promise<never>((_, reject) => {
    editor.once("close", () => reject(new ProvenanceError("CANCELLED", notGiven)));
  });
  ended.catch(() => undefined);
  try {
    throwIfCancelled(signal);
    terminal.err.raw(escapeControls(question));
    return await Promise.race([editor.question("", { signal }), ended]);
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  } finally {
    editor.close();
  }
}

/** Asks a yes-or-no question; anything but `y` or `yes` is no. @throws ProvenanceError CANCELLED */
export async function confirm(question: string, terminal: Terminal): Promise<boolean> {
  return /^y(es)?$/i.test((await askLine(`${question} [y/N] `, terminal)).trim());
}
