import { CancellationError, commands, l10n } from "vscode";
import { type ErrorCode, ProvenanceError } from "../core/errors.ts";
import { type Disposable, DisposableStore } from "./disposables.ts";
import { COMMANDS } from "./ids.ts";
import { errorText, type Log } from "./log.ts";
import { type Action, type Level, say } from "./messages.ts";

/** What a command was called with is anything: menus, key bindings and other extensions call it. */
export type CommandHandler = (...args: readonly unknown[]) => unknown;
export type CommandHandlers = Readonly<Record<keyof typeof COMMANDS, CommandHandler>>;

/** An error whose button does what its sentence says is to be done. */
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

/** Runs what a person asked for: cancelling is silent, a failure is one sentence with a button, its stack is in the log. */
export async function guarded<T>(log: Log, task: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    if (isCancellation(error)) log.debug("Cancelled.");
    else showError(log, error);
    return undefined;
  }
}

/** The person has closed a question. */
const DECLINED: ReadonlySet<ErrorCode> = new Set([
  "CANCELLED",
  "PUBLICATION_DECLINED",
  "SIGNATURE_REPLACEMENT_DECLINED",
]);

export function isCancellation(error: unknown): boolean {
  if (error instanceof CancellationError) return true;
  return error instanceof ProvenanceError && DECLINED.has(error.code);
}

/** Says something with a button or two; when what one does fails, that is told like the failure of a command. */
export function tell(log: Log, level: Level, text: string, ...actions: readonly Action[]): void {
  say(level, text, actions, (error) => {
    if (!isCancellation(error)) showError(log, error);
  });
}

export function showError(log: Log, error: unknown): void {
  log.error(errorText(error));
  if (error instanceof ActionableError) {
    tell(log, "error", error.message, error.action);
    return;
  }
  const message =
    error instanceof ProvenanceError
      ? error.message
      : l10n.t("Something went wrong in Model Provenance: {0}", error instanceof Error ? error.message : String(error));
  tell(log, "error", message, { label: l10n.t("Show Output"), run: () => log.show() });
}
