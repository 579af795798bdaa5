import { type Stats, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { ProvenanceError, systemCode } from "../errors.ts";
import { type Listing, listByKind, signaturesBeside } from "./folder-signatures.ts";
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
import { isSkippedName } from "./never-entered.ts";
import { isSignatureName } from "./signature-names.ts";
import { isEnvironment } from "./skipped-folders.ts";
import { TimeSlices } from "./time-slices.ts";

export interface FoundModel {
  /** Absolute. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Absolute path of its signature file, if it has one; not verified. */
  readonly signature?: string;
}

/** Why a search passes over a folder: for its name, because it is an environment of Python, or it cannot be read. */
export type SkipReason = "name" | "environment" | "unreadable";

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Entries to look at, all in all; 200 000 if not given. */
  readonly maxEntries?: number;
  /** Folders to leave out; `relative` is `/` separated. */
  readonly exclude?: (relative: string) => boolean;
  /**
   * Folders that are models although nothing in them tells, and files that are in no model: those too are models then.
   * `relative` is `/` separated.
   */
  readonly isModel?: (relative: string) => boolean;
  /** Folders that are never passed over for their name or as an environment; `relative` is `/` separated. */
  readonly mustEnter?: (relative: string) => boolean;
  /** Called for every folder that the search passes over of itself; `path` is absolute. */
  readonly onSkip?: (path: string, reason: SkipReason) => void;
  /** Called once if there was more than `maxEntries`: what was found until then is returned. */
  readonly onLimit?: (limit: number) => void;
}

const DEFAULT_MAX_ENTRIES = 200_000;

/**
 * The models below a folder, itself included, by order of their paths: whatever has an OMS signature, folders with model
 * files at their top, and agent skills. Nested models are their own; what is a part of the model around it is told by
 * {@link Ownership}. Nearer folders first, so that a limit cuts off what is deepest. Links to folders are not followed; folders that
 * cannot be read are passed over, as are packages and environments, which `onSkip` is handed: this is a search, and no
 * verdict. What must not miss a model asks `src/core/gate`.
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
 * The signature that belongs to one model: for a folder, in it or beside it; for a file, beside it.
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

/** A folder may well be readable where the one around it is not. */
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

/** A folder that is searched, or waits for it. */
interface Place {
  readonly path: string;
  /** From the root of the search, `/` separated; empty for the root. */
  readonly relative: string;
  readonly parent: Place | undefined;
  /** Only of a model, or of a Core ML package in one. */
  owns: Ownership | undefined;
  /** Whether weights in a folder just below are this folder's. */
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
    const queue: Place[] = [{ path: root, relative: "", parent: undefined, owns: undefined, isFront: false }];
    for (const place of queue) {
      const listing = await this.#list(place);
      if (listing !== undefined && !this.#isPassedOver(place, listing)) {
        await this.#classify(place, listing);
        queue.push(...this.#below(place, listing));
      }
      if (this.#left < 0) {
        this.#options.onLimit?.(this.#limit);
        break;
      }
      if (this.#slices.isOver()) await this.#slices.next();
    }
    return [...this.#found.values()].sort((a, b) => compareCodePoints(a.path, b.path));
  }

  async #list(place: Place): Promise<Listing | undefined> {
    try {
      const listing = await listByKind(place.path, this.#slices, this.#left);
      this.#left -= listing.count;
      return listing;
    } catch (error) {
      if (error instanceof ProvenanceError) throw error;
      if (place.parent === undefined) throw unreadable(place.path, error);
      this.#options.onSkip?.(place.path, "unreadable");
      return undefined;
    }
  }

  /** The root is what the person asked for, and an environment that a model lies in is no mere environment. */
  #isPassedOver({ path, relative, parent }: Place, listing: Listing): boolean {
    if (parent === undefined || this.#found.has(path) || !isEnvironment(listing) || this.#mustEnter(relative))
      return false;
    if ([...listing.files].some((name) => isModelFile(name) || isSignatureName(name))) return false;
    this.#options.onSkip?.(path, "environment");
    return true;
  }

  #mustEnter(relative: string): boolean {
    return this.#options.mustEnter?.(relative) === true || this.#isNamed(relative);
  }

  #below(place: Place, listing: Listing): Place[] {
    const places: Place[] = [];
    for (const name of listing.folders) {
      const relative = relativePath(place, name);
      const path = entryPath(place.path, name);
      if (this.#options.exclude?.(relative) === true) continue;
      if (isSkippedName(name) && !this.#mustEnter(relative)) {
        this.#options.onSkip?.(path, "name");
        continue;
      }
      places.push({ path, relative, parent: place, owns: undefined, isFront: false });
    }
    return places.sort((a, b) => compareCodePoints(a.relative, b.relative));
  }

  async #classify(place: Place, listing: Listing): Promise<void> {
    const signatures = await signaturesBeside(listing, this.#slices);
    for (const [path, signature] of signatures) {
      const kind = path === place.path || listing.folders.has(basename(path)) ? "directory" : "file";
      this.#add({ path, kind, signature });
    }
    place.isFront = isModelFront(listing.files);
    // A signature beside this folder may have made it a model before it was listed.
    if (this.#found.has(place.path)) place.owns = "everything";
    else if (listing.files.has(SKILL_FILE) || this.#isNamed(place.relative)) this.#addFolder(place, "everything");
    else this.#addUnsigned(place, listing, signatures);
    await this.#addNamedFiles(place, listing);
  }

  #addUnsigned(place: Place, listing: Listing, signatures: ReadonlyMap<string, string>): void {
    const files = [...listing.files].filter(isModelFile);
    const packages = [...listing.folders].filter(isModelPackage);
    const isPackage = isModelPackage(basename(place.path));
    const around = modelAround(place);
    if (isPackage && around !== undefined) place.owns = "everything";
    if (files.length + packages.length === 0 && !isPackage) return;
    if (around !== undefined && (isPackage || isPartOf(around.owns ?? "nothing", listing.files))) return;
    const paths = files.map((name) => entryPath(place.path, name));
    const loose = packages.length === 0 && files.every(isSingleFileModel);
    if (loose && paths.some((path) => signatures.has(path))) {
      for (const path of paths) if (!signatures.has(path)) this.#add({ path, kind: "file" });
    } else if (place.parent?.isFront === true && !isDescribed(listing.files)) {
      this.#addFolder(place.parent, "parts");
    } else {
      this.#addFolder(place, isPackage ? "everything" : ownershipOf(listing.files));
    }
  }

  #isNamed(relative: string): boolean {
    return this.#options.isModel?.(relative) === true;
  }

  async #addNamedFiles(place: Place, listing: Listing): Promise<void> {
    if (this.#options.isModel === undefined || modelAround(place, true) !== undefined) return;
    for (const name of listing.files) {
      const path = entryPath(place.path, name);
      const isKnown = this.#found.has(path) || isSignatureName(name);
      if (!isKnown && this.#isNamed(relativePath(place, name))) this.#add({ path, kind: "file" });
      if (this.#slices.isOver()) await this.#slices.next();
    }
  }

  #addFolder(place: Place, owns: Ownership): void {
    place.owns = owns;
    this.#add({ path: place.path, kind: "directory" });
  }

  #add(model: FoundModel): void {
    this.#found.set(model.path, model);
  }
}

/** The nearest model, or package of one, that the folder is in. */
function modelAround(place: Place, orIs = false): Place | undefined {
  for (let above = orIs ? place : place.parent; above !== undefined; above = above.parent) {
    if (above.owns !== undefined) return above;
  }
  return undefined;
}

function relativePath(place: Place, name: string): string {
  return place.relative === "" ? name : `${place.relative}/${name}`;
}
