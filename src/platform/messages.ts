import { window } from "vscode";
import { messageText } from "./plain-text.ts";

/** A button of a message, and what it does. */
export interface Action {
  readonly label: string;
  run(): unknown;
}

export type Level = "information" | "warning" | "error";

const SHOW = {
  information: (text: string, ...items: string[]) => window.showInformationMessage(text, ...items),
  warning: (text: string, ...items: string[]) => window.showWarningMessage(text, ...items),
  error: (text: string, ...items: string[]) => window.showErrorMessage(text, ...items),
} as const satisfies Record<Level, unknown>;

/**
 * Says something without waiting for an answer: a command is done when its work is, not when its message is closed.
 *
 * @param actions what is to be done first
 * @param failed told when an action itself fails
 */
export function say(level: Level, text: string, actions: readonly Action[], failed: (error: unknown) => void): void {
  SHOW[level](messageText(text), ...actions.map(({ label }) => label))
    .then(async (chosen) => await actions.find(({ label }) => label === chosen)?.run())
    .then(undefined, failed);
}
