import { type Stats, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { ProvenanceError, systemCode } from "../errors.ts";
import { isEnvironment } from "./environment.ts";
import { type Listing, listByKind, signaturesBeside } from "./folder-signatures.ts";
import { hubSnapshot } from "./hub-cache.ts";
import { entryPath } from "./list-folder.ts";
import {
  isDescribed,
  isModelFile,
  isModelFront,
  isModelPackage,
  isPartOf,
  isSingleFileModel,
  type Ownership,
  ownershipOf,
  SKILL_FILE,
} from "./model-files.ts";
import { compareCodePoints } from "./names.ts";
import { isSignatureName } from "./signature-names.ts";
import { isSkippedName } from "./skipped-folders.ts";
import { TimeSlices } from "./time-slices.ts";

export interface FoundModel {
  /** Absolute. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Absolute path of its signature file, if it has one; not verified. */
  readonly signature?: string;
}

/** Why a search skips a folder: for its name, because it is a Python environment, or it cannot be read. */
export type SkipReason = "name" | "environment" | "unreadable";

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Limit of all entries; 200 000 if not given. */
  readonly maxEntries?: number;
  /** Folders to exclude; `relative` is `/` separated. */
  readonly exclude?: (relative: string) => boolean;
  /** Folders, and files outside of models, that are models although they are not detected; `relative` is `/` separated. */
  readonly isModel?: (relative: string) => boolean;
  /** Folders that are never skipped for their name or as an environment; `relative` is `/` separated. */
  readonly mustEnter?: (relative: string) => boolean;
  /** Called for every folder that is skipped without being excluded; `path` is absolute. */
  readonly onSkip?: (path: string, reason: SkipReason) => void;
  /** Called once if there are more than `maxEntries`: what was found before is returned. */
  readonly onLimit?: (limit: number) => void;
}

const DEFAULT_MAX_ENTRIES = 200_000;

/**
 * The models below a folder, itself included, sorted by path: everything with an OMS signature, folders with model files
 * at their top, and agent skills. {@link Ownership} says which nested folders are parts of a model. Breadth first, so
 * that the limit cuts off what is deepest. Links to folders are not followed, and packages, environments and unreadable
 * folders are skipped: this is a heuristic. What must not miss a model uses `src/core/gate`.
 *
 * @throws `MODEL_NOT_FOUND`, `MODEL_UNREADABLE` (the root), `CANCELLED`
 */
export async function findModels(root: string, options: FindOptions = {}): Promise<FoundModel[]> {
  const slices = new TimeSlices(options.signal);
  const path = resolve(root);
  if (statModel(path).isDirectory()) return new Search(options, slices).run(path);
  const signature = await findSignature(path, options.signal);
  return [{ path, kind: "file", ...(signature === undefined ? {} : { signature }) }];
}

/**
 * The signature of one model: for a folder, in it or next to it; for a file, next to it.
 *
 * @returns its absolute path
 * @throws `MODEL_NOT_FOUND`, `MODEL_UNREADABLE`, `CANCELLED`
 */
export async function findSignature(model: string, signal?: AbortSignal): Promise<string | undefined> {
  const slices = new TimeSlices(signal);
  const path = resolve(model);
  if (!statModel(path).isDirectory()) return (await signaturesIn(dirname(path), slices)).get(path);
  const inside = (await signaturesIn(path, slices)).get(path);
  return inside ?? (await signaturesBesideFolder(path, slices)).get(path);
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
    throw unreadable(path, error);
  }
}

/** A folder may be readable where its parent is not. */
async function signaturesBesideFolder(path: string, slices: TimeSlices): Promise<ReadonlyMap<string, string>> {
  try {
    return await signaturesIn(dirname(path), slices);
  } catch (error) {
    if (error instanceof ProvenanceError && error.code === "MODEL_UNREADABLE") return new Map();
    throw error;
  }
}

async function signaturesIn(folder: string, slices: TimeSlices): Promise<ReadonlyMap<string, string>> {
  try {
    return await signaturesBeside(await listByKind(folder, slices), slices);
  } catch (error) {
    throw error instanceof ProvenanceError ? error : unreadable(folder, error);
  }
}

function unreadable(path: string, cause: unknown): ProvenanceError {
  const code = systemCode(cause) ?? "unknown";
  return new ProvenanceError("MODEL_UNREADABLE", `${path} cannot be read (${code}).`, {
    details: { path, code },
    cause,
  });
}

/** A folder to search. */
interface SearchFolder {
  readonly path: string;
  /** From the root of the search, `/` separated; empty for the root. */
  readonly relative: string;
  readonly parent: SearchFolder | undefined;
  /** Only of a model, or of a Core ML package in one. */
  owns: Ownership | undefined;
  /** Whether weights in a folder directly below belong to this folder. */
  isFront: boolean;
}

class Search {
  readonly #options: FindOptions;
  readonly #slices: TimeSlices;
  readonly #found = new Map<string, FoundModel>();
  readonly #limit: number;
  #left: number;

  constructor(options: FindOptions, slices: TimeSlices) {
    this.#options = options;
    this.#slices = slices;
    this.#limit = options.maxEntries ?? DEFAULT_MAX_ENTRIES;
    this.#left = this.#limit;
  }

  async run(root: string): Promise<FoundModel[]> {
    const queue: SearchFolder[] = [{ path: root, relative: "", parent: undefined, owns: undefined, isFront: false }];
    for (const folder of queue) {
      const listing = await this.#list(folder);
      if (listing !== undefined && !this.#isSkipped(folder, listing)) {
        await this.#classify(folder, listing);
        queue.push(...this.#below(folder, listing));
      }
      if (this.#left < 0) {
        this.#options.onLimit?.(this.#limit);
        break;
      }
      if (this.#slices.isOver()) await this.#slices.next();
    }
    return [...this.#found.values()].sort((a, b) => compareCodePoints(a.path, b.path));
  }

  async #list(folder: SearchFolder): Promise<Listing | undefined> {
    try {
      const listing = await listByKind(folder.path, this.#slices, this.#left);
      this.#left -= listing.count;
      return listing;
    } catch (error) {
      if (error instanceof ProvenanceError) throw error;
      if (folder.parent === undefined) throw unreadable(folder.path, error);
      this.#options.onSkip?.(folder.path, "unreadable");
      return undefined;
    }
  }

  /** The root, which the user chose, is never skipped, nor is an environment that contains a model. */
  #isSkipped({ path, relative, parent }: SearchFolder, listing: Listing): boolean {
    if (parent === undefined || this.#found.has(path) || !isEnvironment(listing) || this.#mustEnter(relative))
      return false;
    if ([...listing.files].some((name) => isModelFile(name) || isSignatureName(name))) return false;
    this.#options.onSkip?.(path, "environment");
    return true;
  }

  #mustEnter(relative: string): boolean {
    return this.#options.mustEnter?.(relative) === true || this.#isNamed(relative);
  }

  #below(folder: SearchFolder, listing: Listing): SearchFolder[] {
    const folders: SearchFolder[] = [];
    for (const name of listing.folders) {
      const relative = relativePath(folder, name);
      const path = entryPath(folder.path, name);
      if (this.#options.exclude?.(relative) === true) continue;
      if (isSkippedName(name) && !this.#mustEnter(relative)) {
        this.#options.onSkip?.(path, "name");
        continue;
      }
      folders.push({ path, relative, parent: folder, owns: undefined, isFront: false });
    }
    return folders.sort((a, b) => compareCodePoints(a.relative, b.relative));
  }

  async #classify(folder: SearchFolder, listing: Listing): Promise<void> {
    const signatures = await signaturesBeside(listing, this.#slices);
    for (const [path, signature] of signatures) {
      const kind = path === folder.path || listing.folders.has(basename(path)) ? "directory" : "file";
      this.#add({ path, kind, signature });
    }
    folder.isFront = isModelFront(listing.files);
    // A signature next to this folder may have made it a model before it was listed.
    if (this.#found.has(folder.path)) folder.owns = "everything";
    else if (listing.files.has(SKILL_FILE) || isKernel(folder.path) || this.#isNamed(folder.relative))
      this.#addFolder(folder, "everything");
    else this.#addUnsigned(folder, listing, signatures);
    await this.#addNamedFiles(folder, listing);
  }

  #addUnsigned(folder: SearchFolder, listing: Listing, signatures: ReadonlyMap<string, string>): void {
    const files = [...listing.files].filter(isModelFile);
    const packages = [...listing.folders].filter(isModelPackage);
    const isPackage = isModelPackage(basename(folder.path));
    const around = modelAround(folder);
    if (isPackage && around !== undefined) folder.owns = "everything";
    if (files.length + packages.length === 0 && !isPackage) return;
    if (around !== undefined && (isPackage || isPartOf(around.owns ?? "nothing", listing.files))) return;
    const paths = files.map((name) => entryPath(folder.path, name));
    const loose = packages.length === 0 && files.every(isSingleFileModel);
    if (loose && paths.some((path) => signatures.has(path))) {
      for (const path of paths) if (!signatures.has(path)) this.#add({ path, kind: "file" });
    } else if (folder.parent?.isFront === true && !isDescribed(listing.files)) {
      this.#addFolder(folder.parent, "parts");
    } else {
      this.#addFolder(folder, isPackage ? "everything" : ownershipOf(listing.files));
    }
  }

  #isNamed(relative: string): boolean {
    return this.#options.isModel?.(relative) === true;
  }

  async #addNamedFiles(folder: SearchFolder, listing: Listing): Promise<void> {
    if (this.#options.isModel === undefined || modelAround(folder, true) !== undefined) return;
    for (const name of listing.files) {
      const path = entryPath(folder.path, name);
      const isKnown = this.#found.has(path) || isSignatureName(name);
      if (!isKnown && this.#isNamed(relativePath(folder, name))) this.#add({ path, kind: "file" });
      if (this.#slices.isOver()) await this.#slices.next();
    }
  }

  #addFolder(folder: SearchFolder, owns: Ownership): void {
    folder.owns = owns;
    this.#add({ path: folder.path, kind: "directory" });
  }

  #add(model: FoundModel): void {
    this.#found.set(model.path, model);
  }
}

/** A kernel of the Hugging Face Hub is native code: nothing in it looks like a model. */
function isKernel(path: string): boolean {
  return hubSnapshot(path)?.type === "kernels";
}

/** The nearest model, or package of one, that the folder is in. */
function modelAround(folder: SearchFolder, orIs = false): SearchFolder | undefined {
  for (let above = orIs ? folder : folder.parent; above !== undefined; above = above.parent) {
    if (above.owns !== undefined) return above;
  }
  return undefined;
}

function relativePath(folder: SearchFolder, name: string): string {
  return folder.relative === "" ? name : `${folder.relative}/${name}`;
}
