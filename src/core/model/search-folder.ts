import type { StraySignature } from "./folder-signatures.ts";
import type { Ownership } from "./model-files.ts";

export interface SearchFolder {
  readonly path: string;
  /** Its path with all links followed. */
  readonly real: string;
  /** From the root of the search, `/` separated; empty for the root. */
  readonly relative: string;
  readonly parent: SearchFolder | undefined;
  /** Only of a model, or of a Core ML package in one. */
  owns: Ownership | undefined;
  /** Whether weights in a folder directly below belong to this folder. */
  isFront: boolean;
  /** Signatures in folders above that belong to nothing there. */
  strays: readonly StraySignature[];
}

export function searchFolder(
  path: string,
  real: string,
  relative: string,
  parent: SearchFolder | undefined,
): SearchFolder {
  return { path, real, relative, parent, owns: undefined, isFront: false, strays: parent?.strays ?? [] };
}

/** The nearest model, or package of one, that the folder is in. */
export function modelAround(folder: SearchFolder, orIs = false): SearchFolder | undefined {
  for (let above = orIs ? folder : folder.parent; above !== undefined; above = above.parent) {
    if (above.owns !== undefined) return above;
  }
  return undefined;
}

export function relativePath(folder: SearchFolder, name: string): string {
  return folder.relative === "" ? name : `${folder.relative}/${name}`;
}
