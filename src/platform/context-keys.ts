import { commands } from "vscode";
import { CONTEXT_KEYS } from "./ids.ts";

export function setContextKey(key: keyof typeof CONTEXT_KEYS, value: boolean | readonly string[]): void {
  void commands.executeCommand("setContext", CONTEXT_KEYS[key], value);
}
