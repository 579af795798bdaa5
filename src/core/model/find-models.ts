import { realpathSync } from "node:fs";
import { basename, resolve } from "node:path";
import { ProvenanceError } from "../errors.ts";
import { isEnvironment } from "./environment.ts";
import type { FindOptions } from "./find-options.ts";
import { findSignatures, modelUnreadable, statModel } from "./find-signatures.ts";
import {
  belongsBelow,
  type Listing,
  listByKind,
  type StraySignature,
  signaturesBeside,
  signsFolder,
} from "./folder-signatures.ts";
import type { FoundModel } from "./found-model.ts";
import { hubSnapshot } from "./hub-cache.ts";
import { dropLinkedFiles } from "./linked-files.ts";
import { folderBehind } from "./links.ts";
import { entryPath } from "./list-folder.ts";
import {
  isDescribed,
  isModelFile,
  isModelFront,
  isModelPackage,
  isNamedPart,
  isPartOf,
  isSingleFileModel,
  isSkillFile,
  type Ownership,
  ownershipOf,
} from "./model-files.ts";
import { compareCodePoints } from "./names.ts";
import { isOllamaManifestFolder, readOllamaModel } from "./ollama-store.ts";
import { isInside } from "./path-below.ts";
import { modelAround, relativePath, type SearchFolder, searchFolder } from "./search-folder.ts";
import { isSignatureName } from "./signature-names.ts";
import { isSkippedName } from "./skipped-folders.ts";
import { TimeSlices } from "./time-slices.ts";

const DEFAULT_MAX_ENTRIES = 200_000;

/**
 * The models below a folder, itself included, sorted by path: everything with an OMS signature, folders with model files
 * at their top, and agent skills. {@link Ownership} says which nested folders are parts of a model. Breadth first, so
 * that the limit cuts off what is deepest. Packages, environments and unreadable folders are skipped: this is a heuristic.
 * What must not miss a model uses `src/core/gate`.
 *
 * @throws `MODEL_NOT_FOUND`, `MODEL_UNREADABLE` (the root), `CANCELLED`
 */
export async function findModels(root: string, options: FindOptions = {}): Promise<FoundModel[]> {
  const slices = new TimeSlices(options.signal);
  const path = resolve(root);
  if (statModel(path).isDirectory()) return new Search(path, options, slices).run();
  return [{ path, kind: "file", signatures: await findSignatures(path, options) }];
}

class Search {
  readonly #root: string;
  readonly #realRoot: string;
  readonly #options: FindOptions;
  readonly #slices: TimeSlices;
  /** Real paths of the folders that were searched: each is searched once, whatever leads to it. */
  readonly #searched = new Set<string>();
  /** Real paths. */
  readonly #apart: readonly string[];
  /** Folders that links lead to. They are searched last, where nothing else led to them. */
  readonly #linked: SearchFolder[] = [];
  readonly #found = new Map<string, FoundModel>();
  /** Signatures that belong to nothing that was found until now, and the folder that each lies in. */
  readonly #strays = new Map<StraySignature, string>();
  /** Unsigned folders that are models only for single-file models at their top, and these. */
  readonly #loose = new Map<string, readonly string[]>();
  readonly #limit: number;
  #left: number;

  /** @param root absolute path of a folder */
  constructor(root: string, options: FindOptions, slices: TimeSlices) {
    this.#root = root;
    this.#realRoot = realpathSync.native(root);
    // What lies in the searched folder, or around it, is searched with it.
    this.#apart = (options.searchedApart ?? [])
      .flatMap((path) => folderBehind(path) ?? [])
      .filter((path) => !isInside(this.#realRoot, path) && !isInside(path, this.#realRoot));
    this.#options = options;
    this.#slices = slices;
    this.#limit = options.maxEntries ?? DEFAULT_MAX_ENTRIES;
    this.#left = this.#limit;
  }

  async run(): Promise<FoundModel[]> {
    const queue = [searchFolder(this.#root, this.#realRoot, "", undefined)];
    for (const folder of queue) {
      const listing = this.#enter(folder.real) ? await this.#list(folder) : undefined;
      if (listing !== undefined && !this.#isSkipped(folder, listing)) {
        await this.#classify(folder, listing);
        queue.push(...this.#below(folder, listing));
        // What a model owns is a part of it: a link in there is none of the model's folders.
        if (modelAround(folder, true)?.owns !== "everything") await this.#noteLinks(folder, listing);
      }
      if (folder === queue.at(-1)) queue.push(...this.#nextLinked());
      if (this.#left < 0) {
        this.#options.onLimit?.(this.#limit);
        break;
      }
      if (this.#slices.isOver()) await this.#slices.next();
    }
    this.#placeStrays();
    this.#separateLoose();
    if (this.#options.followLinks === true) dropLinkedFiles(this.#found, this.#root, this.#realRoot);
    return [...this.#found.values()].sort((a, b) => compareCodePoints(a.path, b.path));
  }

  /** Whether the folder is to be searched: for the first time, and not apart. */
  #enter(real: string): boolean {
    if (this.#apart.includes(real) || this.#searched.has(real)) return false;
    this.#searched.add(real);
    return true;
  }

  async #list(folder: SearchFolder): Promise<Listing | undefined> {
    try {
      const listing = await listByKind(folder.path, this.#slices, this.#left);
      this.#left -= listing.count;
      return listing;
    } catch (error) {
      if (error instanceof ProvenanceError) throw error;
      if (folder.parent === undefined) throw modelUnreadable(folder.path, error);
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
      const real = folder.real === folder.path ? path : entryPath(folder.real, name);
      folders.push(searchFolder(path, real, relative, folder));
    }
    return folders.sort((a, b) => compareCodePoints(a.relative, b.relative));
  }

  async #noteLinks(folder: SearchFolder, { links }: Listing): Promise<void> {
    for (const name of links.toSorted(compareCodePoints)) {
      const relative = relativePath(folder, name);
      const isWanted =
        this.#options.exclude?.(relative) !== true && (!isSkippedName(name) || this.#mustEnter(relative));
      const path = entryPath(folder.path, name);
      const real = isWanted ? folderBehind(path) : undefined;
      if (real !== undefined) this.#linked.push(searchFolder(path, real, relative, folder));
      if (this.#slices.isOver()) await this.#slices.next();
    }
  }

  /** The next folder that only a link leads to, if links are followed; else all of them are reported. */
  #nextLinked(): SearchFolder[] {
    for (let link = this.#linked.shift(); link !== undefined; link = this.#linked.shift()) {
      const { path, real, parent } = link;
      if (this.#searched.has(real) || this.#apart.some((folder) => isInside(folder, real))) continue;
      // A link to a folder around it leads in a circle.
      const isCircle = isInside(real, this.#realRoot) || isInside(real, parent?.real ?? this.#realRoot);
      if (this.#options.followLinks === true && !isCircle) return [link];
      this.#options.onSkip?.(path, "link");
    }
    return [];
  }

  async #classify(folder: SearchFolder, listing: Listing): Promise<void> {
    const { byModel, strays } = await signaturesBeside(listing, this.#slices);
    for (const [path, signatures] of byModel) {
      const isFolder = path === folder.path || listing.folders.has(basename(path)) || folderBehind(path) !== undefined;
      this.#addSigned(path, isFolder ? "directory" : "file", signatures);
    }
    for (const stray of folder.strays) {
      if (!belongsBelow(stray, folder.path)) continue;
      this.#addSigned(folder.path, "directory", [stray.path]);
      this.#strays.delete(stray);
    }
    for (const stray of strays) this.#strays.set(stray, folder.path);
    if (strays.length > 0) folder.strays = [...folder.strays, ...strays];
    folder.isFront = isModelFront(listing.files);
    // A signature next to this folder may have made it a model before it was listed.
    if (this.#found.has(folder.path)) folder.owns = "everything";
    else if ([...listing.files].some(isSkillFile) || isKernel(folder.path) || this.#isNamed(folder.relative))
      this.#addFolder(folder, "everything");
    else this.#addUnsigned(folder, listing, byModel);
    if (isOllamaManifestFolder(folder.path)) this.#addOllamaModels(folder.path, listing);
    await this.#addNamedFiles(folder, listing);
  }

  /** A manifest stands for the model, whose files are blobs. One that is signed is a signed file, and nothing else. */
  #addOllamaModels(folder: string, { files }: Listing): void {
    for (const name of files) {
      const path = entryPath(folder, name);
      const model = this.#found.has(path) ? undefined : readOllamaModel(path);
      if (model === undefined) continue;
      this.#add({ path, kind: "file", name: `${model.repository}:${model.tag}`, signatures: [] });
    }
  }

  #addUnsigned(folder: SearchFolder, listing: Listing, signatures: ReadonlyMap<string, readonly string[]>): void {
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
      for (const path of paths) if (!signatures.has(path)) this.#add({ path, kind: "file", signatures: [] });
    } else if (folder.parent?.isFront === true && !isDescribed(listing.files)) {
      this.#addFolder(folder.parent, "parts");
    } else {
      this.#addFolder(folder, isPackage ? "everything" : ownershipOf(listing.files));
      const isLoose = loose && !isPackage && !isDescribed(listing.files) && !files.some(isNamedPart);
      if (isLoose) this.#loose.set(folder.path, paths);
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
      if (!isKnown && this.#isNamed(relativePath(folder, name))) this.#add({ path, kind: "file", signatures: [] });
      if (this.#slices.isOver()) await this.#slices.next();
    }
  }

  #addFolder(folder: SearchFolder, owns: Ownership): void {
    folder.owns = owns;
    this.#add({ path: folder.path, kind: "directory", signatures: [] });
  }

  /** Signatures inside a folder go before those beside it, which were found earlier. */
  #addSigned(path: string, kind: FoundModel["kind"], signatures: readonly string[]): void {
    const all = new Set([...signatures, ...(this.#found.get(path)?.signatures ?? [])]);
    this.#add({ path, kind, signatures: [...all] });
  }

  /** What is in an unsigned model, and belongs to nothing else, is its signature: all of its files may be renamed. */
  #placeStrays(): void {
    for (const [stray, folder] of this.#strays) {
      const { path, claims } = stray;
      const model = this.#found.get(folder);
      if (model !== undefined && model.signatures.length === 0 && signsFolder(stray)) {
        this.#add({ path: folder, kind: model.kind, signatures: [path] });
      } else {
        const subject = claims[0]?.subject;
        this.#options.onStray?.({ path, ...(subject !== undefined && { subject }) });
      }
    }
  }

  /** Next to folders that are models, single files are models themselves, and the folder around them is none. */
  #separateLoose(): void {
    for (const [folder, files] of this.#loose) {
      if ((this.#found.get(folder)?.signatures ?? []).length > 0) continue;
      const isAround = [...this.#found.keys()].some((path) => path.startsWith(entryPath(folder, "")));
      if (!isAround) continue;
      this.#found.delete(folder);
      for (const path of files) if (!this.#found.has(path)) this.#add({ path, kind: "file", signatures: [] });
    }
  }

  #add(model: FoundModel): void {
    this.#found.set(model.path, model);
  }
}

/** A kernel of the Hugging Face Hub is native code: nothing in it looks like a model. */
function isKernel(path: string): boolean {
  return hubSnapshot(path)?.type === "kernels";
}
