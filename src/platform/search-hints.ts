import { type Disposable, Uri, workspace } from "vscode";
import { SETTINGS } from "./ids.ts";
import { setting } from "./settings.ts";
import { fields } from "./shapes.ts";

/** Patterns that the editor excludes from its own lists, without those that depend on other files. */
export function excludedPatterns(folder: string): readonly string[] {
  const value: unknown = workspace.getConfiguration("files", Uri.file(folder)).get("exclude");
  return [...fields(value)].flatMap(([pattern, on]) => (on === true ? [pattern] : []));
}

/** Patterns of additional models. */
export function modelPatterns(folder: string): readonly string[] {
  return setting("models", Uri.file(folder));
}

export function onHintsChanged(listener: () => void): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration("files.exclude") || event.affectsConfiguration(SETTINGS.models)) listener();
  });
}
