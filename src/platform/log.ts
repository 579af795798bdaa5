import { type LogOutputChannel, window } from "vscode";
import { ProvenanceError } from "../core/errors.ts";

export type Log = LogOutputChannel;

export function createLog(): Log {
  return window.createOutputChannel("Model Provenance", { log: true });
}

/** The error with its code, causes and stacks, for the log. Errors of the core contain no secret. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  while (current instanceof Error && parts.length < 8) {
    const code = current instanceof ProvenanceError ? `[${current.code}] ` : "";
    parts.push(code + (current.stack ?? `${current.name}: ${current.message}`));
    current = current.cause;
  }
  if (parts.length === 0) parts.push(String(error));
  return parts.join("\ncaused by ");
}
