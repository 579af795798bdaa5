import { basename, resolve } from "node:path";
import { ProvenanceError } from "../errors.ts";
import { findSignatures, modelUnreadable, statModel } from "./find-signatures.ts";
import {
  belongsBelow,
  type Listing,
  listByKind,
  type StraySignature,
  signaturesBeside,
  signsFolder,
} from "./folder-signatures.ts";
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
  /** Further signature files, in the order of preference; absent where there is none. */
  readonly otherSignatures?: readonly string[];
}

/** A signature whose model is not here. Nothing of it is verified. */
export interface SignatureWithoutModel {
  /** Absolute. */
  readonly path: string;
  /** The model's name. */
  readonly subject?: string;
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
  /** Called for every signature that belongs to nothing that was found. */
  readonly onStray?: (signature: SignatureWithoutModel) => void;
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
  return [foundModel(path, "file", await findSignatures(path, options))];
}

/** @param signatures its signature files, the one to show first */
export function foundModel(path: string, kind: FoundModel["kind"], signatures: readonly string[]): FoundModel {
  const [signature, ...otherSignatures] = signatures;
  if (signature === undefined) return { path, kind };
  return { path, kind, signature, ...(otherSignatures.length > 0 && { otherSignatures }) };
}

export function signaturesOf({ signature, otherSignatures = [] }: FoundModel): readonly string[] {
  return signature === undefined ? [] : [signature, ...otherSignatures];
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
  /** Signatures in folders above that belong to nothing there. */
  strays: readonly StraySignature[];
}

class Search {
  readonly #options: FindOptions;
  readonly #slices: TimeSlices;
  readonly #found = new Map<string, FoundModel>();
  /** Signatures that belong to nothing that was found until now, and the folder that each lies in. */
  readonly #strays = new Map<StraySignature, string>();
  readonly #limit: number;
  #left: number;

  constructor(options: FindOptions, slices: TimeSlices) {
    this.#options = options;
    this.#slices = slices;
    this.#limit = options.maxEntries ?? DEFAULT_MAX_ENTRIES;
    this.#left = this.#limit;
  }

  async run(root: string): Promise<FoundModel[]> {
    const queue: Place[] = [
      { path: root, relative: "", parent: undefined, owns: undefined, isFront: false, strays: [] },
    ];
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
    this.#placeStrays();
    return [...this.#found.values()].sort((a, b) => compareCodePoints(a.path, b.path));
  }

  async #list(place: Place): Promise<Listing | undefined> {
    try {
      const listing = await listByKind(place.path, this.#slices, this.#left);
      this.#left -= listing.count;
      return listing;
    } catch (error) {
      if (error instanceof ProvenanceError) throw error;
      if (place.parent === undefined) throw modelUnreadable(place.path, error);
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
      places.push({ path, relative, parent: place, owns: undefined, isFront: false, strays: place.strays });
    }
    return places.sort((a, b) => compareCodePoints(a.relative, b.relative));
  }

  async #classify(place: Place, listing: Listing): Promise<void> {
    const { byModel, strays } = await signaturesBeside(listing, this.#slices);
    for (const [path, signatures] of byModel) {
      const kind = path === place.path || listing.folders.has(basename(path)) ? "directory" : "file";
      this.#addSigned(path, kind, signatures);
    }
    for (const stray of place.strays) {
      if (!belongsBelow(stray, place.path)) continue;
      this.#addSigned(place.path, "directory", [stray.path]);
      this.#strays.delete(stray);
    }
    for (const stray of strays) this.#strays.set(stray, place.path);
    if (strays.length > 0) place.strays = [...place.strays, ...strays];
    place.isFront = isModelFront(listing.files);
    // A signature beside this folder may have made it a model before it was listed.
    if (this.#found.has(place.path)) place.owns = "everything";
    else if (listing.files.has(SKILL_FILE) || this.#isNamed(place.relative)) this.#addFolder(place, "everything");
    else this.#addUnsigned(place, listing, byModel);
    await this.#addNamedFiles(place, listing);
  }

  #addUnsigned(place: Place, listing: Listing, signatures: ReadonlyMap<string, readonly string[]>): void {
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

  /** Signatures inside a folder go before those beside it, which were found earlier. */
  #addSigned(path: string, kind: FoundModel["kind"], signatures: readonly string[]): void {
    const known = this.#found.get(path);
    const all = new Set([...signatures, ...(known === undefined ? [] : signaturesOf(known))]);
    this.#add(foundModel(path, kind, [...all]));
  }

  /** What is in an unsigned model, and belongs to nothing else, is its signature: all of its files may be renamed. */
  #placeStrays(): void {
    for (const [stray, folder] of this.#strays) {
      const { path, claims } = stray;
      const model = this.#found.get(folder);
      if (model !== undefined && model.signature === undefined && signsFolder(stray)) {
        this.#add(foundModel(folder, model.kind, [path]));
      } else {
        const subject = claims[0]?.subject;
        this.#options.onStray?.({ path, ...(subject !== undefined && { subject }) });
      }
    }
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
