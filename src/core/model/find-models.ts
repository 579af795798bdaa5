import { type Stats, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { ProvenanceError, systemCode } from "../errors.ts";
import { entryPath } from "./list-folder.ts";
import { isModelFile, isModelFront, isModelPackage, isSingleFileModel, SKILL_FILE } from "./model-files.ts";
import { compareCodePoints } from "./names.ts";
import { isNeverEntered } from "./never-entered.ts";
import { type Listing, listByKind, signaturesBeside } from "./signatures-beside.ts";
import { sortInSlices } from "./sort-in-slices.ts";
import { TimeSlices } from "./time-slices.ts";

export interface FoundModel {
  /** Absolute. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Absolute path of its signature file, if it has one; not verified. */
  readonly signature?: string;
}

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Entries to look at, all in all; 200 000 if not given. */
  readonly maxEntries?: number;
  /** Folders to leave out; `relative` is `/` separated. */
  readonly exclude?: (relative: string) => boolean;
  /** Folders that are models although nothing in them tells; `relative` is `/` separated. */
  readonly isModel?: (relative: string) => boolean;
  /** Called once if there was more than `maxEntries`: what was found until then is returned. */
  readonly onLimit?: (limit: number) => void;
}

const DEFAULT_MAX_ENTRIES = 200_000;
/** What lies at the top of a virtual environment of Python, or of conda. */
const ENVIRONMENT_MARKS = { file: "pyvenv.cfg", folder: "conda-meta" } as const;

/**
 * The models below a folder, itself included, by order of their paths: whatever has an OMS signature, folders with model
 * files at their top, and agent skills. Inside a model, a folder is a model of its own only if it is signed or a skill.
 * Nearer folders first, so that a limit cuts off what is deepest. Links to folders are not followed; folders that
 * cannot be read are passed over: this is a search, and no verdict.
 *
 * @throws `MODEL_NOT_FOUND`, `MODEL_UNREADABLE` (the root), `CANCELLED`
 */
export async function findModels(root: string, options: FindOptions = {}): Promise<FoundModel[]> {
  const slices = new TimeSlices(options.signal);
  const path = resolve(root);
  if (lookAt(path).isDirectory()) return new Search(options, slices).run(path);
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
  if (!lookAt(path).isDirectory()) return (await signaturesIn(dirname(path), slices)).get(path);
  const inside = (await signaturesIn(path, slices)).get(path);
  return inside ?? (await signaturesBesideFolder(path, slices)).get(path);
}

function lookAt(path: string): Stats {
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
  isModel: boolean;
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
    const queue: Place[] = [{ path: root, relative: "", parent: undefined, isModel: false, isFront: false }];
    for (const place of queue) {
      const listing = await this.#list(place);
      if (listing !== undefined && !isEnvironment(listing)) {
        await this.#classify(place, listing);
        queue.push(...(await this.#below(place, listing)));
      }
      if (this.#left < 0) {
        this.#options.onLimit?.(this.#limit);
        break;
      }
      if (this.#slices.isOver()) await this.#slices.next();
    }
    return sortInSlices([...this.#found.values()], (a, b) => compareCodePoints(a.path, b.path), this.#slices);
  }

  async #list(place: Place): Promise<Listing | undefined> {
    try {
      const listing = await listByKind(place.path, this.#slices, this.#left);
      this.#left -= listing.count;
      return listing;
    } catch (error) {
      if (error instanceof ProvenanceError) throw error;
      if (place.parent === undefined) throw unreadable(place.path, error);
      return undefined;
    }
  }

  async #below(place: Place, listing: Listing): Promise<Place[]> {
    const places: Place[] = [];
    for (const name of listing.folders) {
      const relative = place.relative === "" ? name : `${place.relative}/${name}`;
      if (isNeverEntered(name) || this.#options.exclude?.(relative) === true) continue;
      places.push({ path: entryPath(place.path, name), relative, parent: place, isModel: false, isFront: false });
    }
    return sortInSlices(places, (a, b) => compareCodePoints(a.relative, b.relative), this.#slices);
  }

  async #classify(place: Place, listing: Listing): Promise<void> {
    const signatures = await signaturesBeside(listing, this.#slices);
    for (const [path, signature] of signatures) {
      const kind = path === place.path || listing.folders.has(basename(path)) ? "directory" : "file";
      this.#add({ path, kind, signature });
    }
    place.isFront = isModelFront(listing.files);
    // A signature beside this folder may have made it a model before it was listed.
    if (this.#found.has(place.path)) place.isModel = true;
    else if (listing.files.has(SKILL_FILE) || this.#options.isModel?.(place.relative) === true) this.#addFolder(place);
    else if (!isInsideModel(place)) this.#addUnsigned(place, listing, signatures);
  }

  #addUnsigned(place: Place, listing: Listing, signatures: ReadonlyMap<string, string>): void {
    const files = [...listing.files].filter(isModelFile);
    const packages = [...listing.folders].filter(isModelPackage);
    const isPackage = isModelPackage(basename(place.path));
    if (files.length + packages.length === 0 && !isPackage) return;
    const paths = files.map((name) => entryPath(place.path, name));
    const loose = packages.length === 0 && files.every(isSingleFileModel);
    if (loose && paths.some((path) => signatures.has(path))) {
      for (const path of paths) if (!signatures.has(path)) this.#add({ path, kind: "file" });
    } else if (place.parent?.isFront === true) {
      this.#addFolder(place.parent);
    } else {
      this.#addFolder(place);
    }
  }

  #addFolder(place: Place): void {
    place.isModel = true;
    this.#add({ path: place.path, kind: "directory" });
  }

  #add(model: FoundModel): void {
    this.#found.set(model.path, model);
  }
}

function isInsideModel(place: Place): boolean {
  for (let above = place.parent; above !== undefined; above = above.parent) {
    if (above.isModel) return true;
  }
  return false;
}

function isEnvironment(listing: Listing): boolean {
  return listing.files.has(ENVIRONMENT_MARKS.file) || listing.folders.has(ENVIRONMENT_MARKS.folder);
}
