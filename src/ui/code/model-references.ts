import { stat } from "node:fs/promises";
import { basename, relative } from "node:path";
import { Range, type TextDocument } from "vscode";
import { TimeSlices } from "../../core/model/time-slices.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { basesOf, languageOf, stringsOf } from "./code-documents.ts";
import { mayNameModel, pathsOf, seemsLoaded } from "./model-paths.ts";
import type { CodeString } from "./strings-in-code.ts";

/** Files of a document that are looked up on disk, at most. */
const LOOKS = 200;

/** A string of a document that names a model of the workspace, or a file in it. */
export interface ModelReference {
  readonly string: CodeString;
  readonly model: KnownModel;
  /** Whether the code seems to load it. */
  readonly loads: boolean;
}

export function rangeOf({ string }: ModelReference, document: TextDocument): Range {
  return new Range(document.positionAt(string.start), document.positionAt(string.end));
}

/** Returns the model that the string at this offset names. */
export async function referenceAt(
  document: TextDocument,
  offset: number,
  registry: ModelRegistry,
): Promise<ModelReference | undefined> {
  const string = stringsOf(document).find(({ start, end }) => start <= offset && offset <= end);
  return string === undefined ? undefined : (await resolveAll([string], document, registry, () => true))[0];
}

/** @param wanted the models to look for: nothing is looked up on disk for the others */
export async function referencesIn(
  document: TextDocument,
  registry: ModelRegistry,
  wanted: (model: KnownModel) => boolean,
): Promise<readonly ModelReference[]> {
  return resolveAll(stringsOf(document), document, registry, wanted);
}

async function resolveAll(
  strings: readonly CodeString[],
  document: TextDocument,
  registry: ModelRegistry,
  wanted: (model: KnownModel) => boolean,
): Promise<readonly ModelReference[]> {
  const { models } = registry;
  if (strings.length === 0 || models.length === 0) return [];
  const names = new Set(models.map(({ path }) => basename(path)));
  const bases = basesOf(document);
  const file = document.uri.scheme === "untitled" ? undefined : document.uri.fsPath;
  const isCode = languageOf(document) === "python";
  const text = document.getText();
  const exists = existenceCheck();
  const slices = new TimeSlices(undefined);
  const found: ModelReference[] = [];
  for (const string of strings) {
    if (slices.isOver()) await slices.next();
    if (!mayNameModel(string.value, names)) continue;
    for (const path of pathsOf(string.value, bases)) {
      const model = await modelAt(path, registry, (candidate) => wanted(candidate) && isLoadable(candidate), exists);
      if (model === undefined) continue;
      found.push({ string, model, loads: seemsLoaded(text, string) });
      break;
    }
  }
  return found;

  /** A model's configuration files name its own files; only code in the model loads them. */
  function isLoadable(model: KnownModel): boolean {
    return isCode || file === undefined || !isIn(file, model.path);
  }
}

async function modelAt(
  path: string,
  registry: ModelRegistry,
  isWanted: (model: KnownModel) => boolean,
  exists: (path: string) => Promise<boolean>,
): Promise<KnownModel | undefined> {
  const exact = registry.get(path);
  if (exact !== undefined) return isWanted(exact) ? exact : undefined;
  const around = registry.holding(path).find((model) => model.kind === "directory" && isIn(path, model.path));
  return around !== undefined && isWanted(around) && (await exists(path)) ? around : undefined;
}

function isIn(path: string, folder: string): boolean {
  const between = relative(folder, path);
  return between !== "" && !/^\.\.(?:[\\/]|$)/.test(between) && between !== path;
}

/** Returns a function that looks up files, each once, and at most {@link LOOKS} of them. */
function existenceCheck(): (path: string) => Promise<boolean> {
  const seen = new Map<string, boolean>();
  return async (path) => {
    const known = seen.get(path);
    if (known !== undefined) return known;
    if (seen.size >= LOOKS) return false;
    const found = await stat(path).then(
      () => true,
      () => false,
    );
    seen.set(path, found);
    return found;
  };
}
