import { window } from "vscode";
import { messageText } from "./plain-text.ts";

/** The one button of a message, and what it does. */
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
 * @param failed told when the action itself fails
 */
export function say(level: Level, text: string, action: Action | undefined, failed: (error: unknown) => void): void {
  const buttons = action === undefined ? [] : [action.label];
  SHOW[level](messageText(text), ...buttons)
    .then(async (chosen) => {
      if (action !== undefined && chosen === action.label) await action.run();
    })
    .then(undefined, failed);
}
