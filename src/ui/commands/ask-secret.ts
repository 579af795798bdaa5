import { CancellationError, l10n, type QuickInputButton, ThemeIcon, window } from "vscode";
import { messageText } from "../../platform/plain-text.ts";

/** What is asked for, and what has gone wrong so far. */
export interface SecretQuestion {
  readonly title: string;
  /** Whether it will be saved is part of the prompt. */
  prompt(keep: boolean): string;
  readonly problem?: string | undefined;
}

export interface Secret {
  readonly text: string;
  /** Whether the user wants it saved in secret storage. */
  readonly keep: boolean;
}

/** Asks for a passphrase or PIN, which does not show. @throws CancellationError */
export function askSecret({ title, prompt, problem }: SecretQuestion): Promise<Secret> {
  const input = window.createInputBox();
  const toggle = { checked: false };
  const button: QuickInputButton = {
    iconPath: new ThemeIcon("save"),
    tooltip: l10n.t("Save in secret storage"),
    toggle,
  };
  input.title = messageText(title);
  input.prompt = prompt(false);
  input.password = true;
  input.ignoreFocusOut = true;
  input.buttons = [button];
  if (problem !== undefined) input.validationMessage = messageText(problem);
  return new Promise<Secret>((resolve, reject) => {
    input.onDidChangeValue(() => {
      input.validationMessage = undefined;
    });
    input.onDidTriggerButton(() => {
      input.prompt = prompt(toggle.checked);
    });
    input.onDidAccept(() => resolve({ text: input.value, keep: toggle.checked }));
    input.onDidHide(() => reject(new CancellationError()));
    input.show();
  }).finally(() => input.dispose());
}
