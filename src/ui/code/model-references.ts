import { existsSync } from "node:fs";
import { basename } from "node:path";
import { Range, type TextDocument } from "vscode";
import { isInside } from "../../core/model/path-below.ts";
import { TimeSlices } from "../../core/model/time-slices.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { basesOf, languageOf, stringsOf } from "./code-documents.ts";
import { mayNameModel, pathsOf, seemsLoaded } from "./model-paths.ts";
import type { CodeString } from "./strings-in-code.ts";

/** A string of a document that names a model of the workspace, or a file in it. */
export interface ModelReference {
  readonly string: CodeString;
  readonly model: KnownModel;
  /** Whether the code seems to load it. */
  readonly loads: boolean;
}

export function rangeOf({ string }: { readonly string: CodeString }, document: TextDocument): Range {
  return new Range(document.positionAt(string.start), document.positionAt(string.end));
}

/** Returns the model that the string at this offset names. */
export async function referenceAt(
  document: TextDocument,
  offset: number,
  registry: ModelRegistry,
): Promise<ModelReference | undefined> {
  const strings = stringsOf(document).filter(({ start, end }) => start <= offset && offset <= end);
  return (await referencesIn(document, registry, () => true, strings))[0];
}

/**
 * Returns the models that strings of the document name.
 *
 * @param wanted the models to look for: nothing is looked up on disk for the others
 */
export async function referencesIn(
  document: TextDocument,
  registry: ModelRegistry,
  wanted: (model: KnownModel) => boolean,
  strings = stringsOf(document),
): Promise<readonly ModelReference[]> {
  const { models } = registry;
  if (strings.length === 0 || models.length === 0) return [];
  const names = new Set(models.map(({ path }) => basename(path)));
  const bases = basesOf(document);
  const file = document.uri.scheme === "untitled" ? undefined : document.uri.fsPath;
  const isCode = languageOf(document) === "python";
  const text = document.getText();
  const slices = new TimeSlices(undefined);
  const found: ModelReference[] = [];
  for (const string of strings) {
    if (slices.isOver()) await slices.next();
    if (!mayNameModel(string.value, names)) continue;
    for (const path of pathsOf(string.value, bases)) {
      const [model] = registry.containing(path);
      if (model === undefined || !wanted(model) || !isLoadable(model) || !existsSync(path)) continue;
      found.push({ string, model, loads: seemsLoaded(text, string) });
      break;
    }
  }
  return found;

  /** A model's configuration files name its own files; only code in the model loads them. */
  function isLoadable(model: KnownModel): boolean {
    return isCode || file === undefined || !isInside(model.path, file);
  }
}
