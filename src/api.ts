import { Uri } from "vscode";
import type { Verdict } from "./core/verdict.ts";
import type { ModelRegistry } from "./workspace/registry.ts";

/** What other extensions get from `activate`. */
export interface Api {
  readonly version: 1;
  /** What is known now of the model at that place; undefined if no model is known there. */
  getVerdict(uri: Uri): Verdict | undefined;
  /** Tells the models whose verdict changed, and those that came or went. */
  onDidChangeVerdict(listener: (models: readonly Uri[]) => void): { dispose(): void };
}

export function createApi(registry: ModelRegistry): Api {
  return {
    version: 1,
    getVerdict: (uri) => registry.get(uri.fsPath)?.verdict,
    onDidChangeVerdict: (listener) =>
      registry.onDidChange(({ paths }) => listener(paths.map((path) => Uri.file(path)))),
  };
}
