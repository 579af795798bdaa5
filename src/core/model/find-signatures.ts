import { type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ProvenanceError, systemCode } from "../errors.ts";
import {
  belongsBelow,
  type FolderSignatures,
  folderOfSignatures,
  listByKind,
  type StraySignature,
  signaturesBeside,
  signsFolder,
} from "./folder-signatures.ts";
import { entryPath } from "./list-folder.ts";
import { isInside } from "./path-below.ts";
import { isSkippedName } from "./skipped-folders.ts";
import { TimeSlices } from "./time-slices.ts";

export interface FindSignaturesOptions {
  /** Absolute path of a folder around the model: signatures up to there may be the model's, too. */
  readonly within?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Entries below a folder that are looked at to find what a signature in it belongs to. */
const MAX_ENTRIES_BELOW = 20_000;

/**
 * The signatures that belong to one model: in its folder, beside it, and in folders above. A signature in the model's
 * folder that belongs to nothing counts, where there is no other: the caller says that this is the model.
 *
 * @returns absolute paths, the one to show first
 * @throws `MODEL_NOT_FOUND`, `MODEL_UNREADABLE`, `CANCELLED`
 */
export async function findSignatures(model: string, options: FindSignaturesOptions = {}): Promise<readonly string[]> {
  const slices = new TimeSlices(options.signal);
  const path = resolve(model);
  if (!statModel(path).isDirectory()) return (await signaturesIn(dirname(path), slices)).byModel.get(path) ?? [];
  const inside = await signaturesIn(path, slices);
  const found = new Set(inside.byModel.get(path));
  const beside = await readableSignatures(dirname(path), slices);
  for (const signature of beside.byModel.get(path) ?? []) found.add(signature);
  for (const signature of await signaturesAbove(path, options.within, slices)) found.add(signature);
  if (found.size > 0) return [...found];
  return strayIn(path, inside.strays, slices);
}

async function signaturesAbove(path: string, within: string | undefined, slices: TimeSlices): Promise<string[]> {
  if (within === undefined) return [];
  const strays = await straysAround(dirname(path), within, slices);
  return strays.filter((stray) => belongsBelow(stray, path)).map((stray) => stray.path);
}

/** The signatures in the folders around a folder that belong to nothing there. */
export async function straysAround(folder: string, within: string, slices: TimeSlices): Promise<StraySignature[]> {
  const found: StraySignature[] = [];
  for (let inner = folder, above = dirname(inner); inner !== above && isInside(resolve(within), above); ) {
    found.push(...(await readableSignatures(above, slices)).strays);
    inner = above;
    above = dirname(inner);
  }
  return found;
}

/** Those that belong to no folder below, either. */
async function strayIn(path: string, strays: readonly StraySignature[], slices: TimeSlices): Promise<string[]> {
  let left = strays.filter(signsFolder);
  let entries = MAX_ENTRIES_BELOW;
  const queue = left.length === 0 ? [] : [path];
  for (const folder of queue) {
    try {
      const { folders, count } = await listByKind(folder, slices, entries);
      entries -= count;
      for (const name of folders) {
        const below = entryPath(folder, name);
        left = left.filter((stray) => !belongsBelow(stray, below));
        if (!isSkippedName(name)) queue.push(below);
      }
    } catch (error) {
      if (error instanceof ProvenanceError) throw error;
    }
    if (entries < 0 || left.length === 0) break;
  }
  return left.map((stray) => stray.path);
}

/** @throws `MODEL_NOT_FOUND`, `MODEL_UNREADABLE` */
export function statModel(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const code = systemCode(error) ?? "unknown";
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new ProvenanceError("MODEL_NOT_FOUND", `There is nothing at ${path}.`, { details: { path }, cause: error });
    }
    throw modelUnreadable(path, error);
  }
}

/** A folder may be readable where the one around it is not. */
async function readableSignatures(folder: string, slices: TimeSlices): Promise<FolderSignatures> {
  try {
    return await signaturesIn(folder, slices);
  } catch (error) {
    if (error instanceof ProvenanceError && error.code === "MODEL_UNREADABLE")
      return { byModel: new Map(), strays: [] };
    throw error;
  }
}

async function signaturesIn(folder: string, slices: TimeSlices): Promise<FolderSignatures> {
  try {
    return await signaturesBeside(folderOfSignatures(folder), slices);
  } catch (error) {
    throw error instanceof ProvenanceError ? error : modelUnreadable(folder, error);
  }
}

export function modelUnreadable(path: string, cause: unknown): ProvenanceError {
  const code = systemCode(cause) ?? "unknown";
  return new ProvenanceError("MODEL_UNREADABLE", `${path} cannot be read (${code}).`, {
    details: { path, code },
    cause,
  });
}
