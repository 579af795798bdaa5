import { CancellationError, commands, l10n, window } from "vscode";
import { type ErrorCode, ProvenanceError } from "../core/errors.ts";
import { type Disposable, DisposableStore } from "./disposables.ts";
import { COMMANDS } from "./ids.ts";
import { errorText, type Log } from "./log.ts";
import { messageText, plainText } from "./plain-text.ts";

/** Menus, key bindings and other extensions call a command with arbitrary arguments. */
export type CommandHandler = (...args: readonly unknown[]) => unknown;
export type CommandHandlers = Readonly<Record<keyof typeof COMMANDS, CommandHandler>>;

/** A button of a message, and what it does. */
export interface Action {
  readonly label: string;
  run(): unknown;
}

/** An error whose button does what its sentence asks for. */
export class ActionableError extends Error {
  readonly action: Action;

  constructor(message: string, action: Action, options?: { cause?: unknown }) {
    super(message, options);
    this.action = action;
  }
}

export function registerCommands(handlers: CommandHandlers, log: Log): Disposable {
  const store = new DisposableStore();
  for (const name of Object.keys(handlers) as (keyof typeof COMMANDS)[]) {
    const handler = handlers[name];
    store.add(commands.registerCommand(COMMANDS[name], (...args: unknown[]) => guarded(log, () => handler(...args))));
  }
  return store;
}

/** Runs a task of the user. Cancelling is silent; a failure is reported as a sentence with a button. */
export async function guarded<T>(log: Log, task: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    if (isCancellation(error)) log.debug("Cancelled.");
    else showError(log, error);
    return undefined;
  }
}

/** Errors of a question that the user has closed. */
const DECLINED: ReadonlySet<ErrorCode> = new Set([
  "CANCELLED",
  "PUBLICATION_DECLINED",
  "SIGNATURE_REPLACEMENT_DECLINED",
]);

export function isCancellation(error: unknown): boolean {
  if (error instanceof CancellationError) return true;
  return error instanceof ProvenanceError && DECLINED.has(error.code);
}

const SHOW = {
  information: (text: string, ...items: string[]) => window.showInformationMessage(text, ...items),
  warning: (text: string, ...items: string[]) => window.showWarningMessage(text, ...items),
  error: (text: string, ...items: string[]) => window.showErrorMessage(text, ...items),
} as const;

/** Levels of the log. */
const LEVELS = { information: "info", warning: "warn", error: "error" } as const;

/** Shows a notification without waiting for it, and writes it to the log. A failure of one of its actions is reported like that of a command. */
export function notify(log: Log, level: keyof typeof SHOW, text: string, ...actions: readonly Action[]): void {
  log[LEVELS[level]](plainText(text));
  show(log, level, text, actions);
}

function show(log: Log, level: keyof typeof SHOW, text: string, actions: readonly Action[]): void {
  SHOW[level](messageText(text), ...actions.map(({ label }) => label))
    .then(async (chosen) => await actions.find(({ label }) => label === chosen)?.run())
    .then(undefined, (error: unknown) => {
      if (!isCancellation(error)) showError(log, error);
    });
}

export function showError(log: Log, error: unknown): void {
  log.error(errorText(error));
  if (error instanceof ActionableError) {
    show(log, "error", error.message, [error.action]);
    return;
  }
  const message =
    error instanceof ProvenanceError
      ? error.message
      : l10n.t("Something went wrong in Model Provenance: {0}", error instanceof Error ? error.message : String(error));
  show(log, "error", message, [{ label: l10n.t("Show Output"), run: () => log.show() }]);
}
