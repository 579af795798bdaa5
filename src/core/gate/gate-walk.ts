import { lstatSync } from "node:fs";
import { basename, join } from "node:path";
import { ProvenanceError, systemCode } from "../errors.ts";
import { belongsBelow, type StraySignature, signaturesBeside, signsFolder } from "../model/folder-signatures.ts";
import type { FoundModel, SignatureWithoutModel } from "../model/found-model.ts";
import { hubBlob, storedBlob } from "../model/hub-cache.ts";
import { type EntryKind, entryPath, listFolder } from "../model/list-folder.ts";
import { isDescription, isModelPackage, isPartOf, isSkillFile, ownershipOf } from "../model/model-files.ts";
import { isSignatureName } from "../model/signature-names.ts";
import type { TimeSlices } from "../model/time-slices.ts";
import { type Demand, isNamed, isStrict, matches, reaches } from "./demand.ts";
import { isExemptName, isKnownFormat, signatureFiles } from "./exempt-files.ts";
import type { FailureLog } from "./failure-log.ts";
import { type Folder, type FolderRules, relativeName } from "./folder.ts";
import { PathSample } from "./search-result.ts";

/** Milliseconds between two calls of `onProgress`. */
const PROGRESS_EVERY = 100;

export interface SearchCounts {
  readonly folders: number;
  readonly files: number;
}

interface GateWalkOptions {
  readonly rules: FolderRules;
  readonly log: FailureLog;
  readonly slices: TimeSlices;
  /** Paths that policies name without a wildcard, including those that demand nothing. */
  readonly literals: ReadonlySet<string>;
  /** Absolute paths of files that are exempt. */
  readonly exemptPaths: ReadonlySet<string>;
  /** Whether any policy decides about a model at that path. */
  readonly covers: (path: string) => boolean;
  readonly onProgress?: (counts: SearchCounts) => void;
}

/** The entries of a folder, and what follows from them. */
interface Entries {
  readonly listed: readonly (readonly [name: string, kind: EntryKind])[];
  readonly folders: ReadonlySet<string>;
  readonly signatureNames: readonly string[];
  /** Names of files that describe what kind of model the folder is. */
  readonly descriptions: ReadonlySet<string>;
  /** Whether a file of a known format is there that needs a signature. */
  readonly hasModelFile: boolean;
  /** Whether a file in it has a signature of its own. */
  readonly hasSignedFile: boolean;
  /** Model to signatures, absolute paths. */
  readonly signatures: ReadonlyMap<string, readonly string[]>;
  readonly strays: readonly StraySignature[];
}

/**
 * Walks through every entry below a folder: nothing is skipped for its name or content, there is no limit, and links are
 * not followed. Only models and pending folders are kept in memory; everything else is counted.
 */
export class GateWalk {
  readonly models = new Map<string, FoundModel>();
  readonly exempted = new PathSample();
  folders = 0;
  files = 0;
  notRequired = 0;
  readonly #options: GateWalkOptions;
  readonly #pending: Folder[] = [];
  /** Signatures that belong to nothing that was found until now, and the folder that each lies in. */
  readonly #strays = new Map<StraySignature, string>();
  #nextProgress = 0;

  constructor(options: GateWalkOptions) {
    this.#options = options;
  }

  /** @throws `CANCELLED` */
  async run(start: Folder): Promise<void> {
    this.#pending.push(start);
    for (let folder = this.#pending.pop(); folder !== undefined; folder = this.#pending.pop()) {
      await this.#search(folder);
      this.#report();
    }
  }

  /** Signatures that are found later, inside a folder, go before those beside it. */
  add(model: FoundModel): void {
    const known = this.models.get(model.path);
    const all = new Set([...model.signatures, ...(known?.signatures ?? [])]);
    if (known === undefined || model.signatures.length > 0) {
      this.models.set(model.path, { path: model.path, kind: model.kind, signatures: [...all] });
    }
  }

  /** Signatures whose model is nowhere; one in an unsigned model is that model's. Called after all folders were searched. */
  strays(): SignatureWithoutModel[] {
    const left: SignatureWithoutModel[] = [];
    for (const [stray, folder] of this.#strays) {
      const { path, claims } = stray;
      const model = this.models.get(folder);
      if (model !== undefined && model.signatures.length === 0 && signsFolder(stray)) {
        this.add({ path: folder, kind: model.kind, signatures: [path] });
      } else {
        const subject = claims[0]?.subject;
        left.push({ path, ...(subject !== undefined && { subject }) });
      }
    }
    return left;
  }

  /** The folder, as a model if a pattern makes it one. */
  asNamed(folder: Folder): Folder {
    const { rules, literals } = this.#options;
    const { relative } = folder;
    const isModel = (demand: Demand) => isNamed(demand, relative) && !demand.exemptsTree(relative);
    if (!literals.has(relative) && !rules.demands.some(isModel)) return folder;
    this.add({ path: folder.path, kind: "directory", signatures: [] });
    return rules.asModel(folder);
  }

  async #search(pending: Folder): Promise<void> {
    const { rules, log } = this.#options;
    const found = await this.#reading(pending, () => this.#entries(pending));
    if (found === undefined) return;
    this.folders++;
    const own = [...(found.signatures.get(pending.path) ?? []), ...this.#signaturesAbove(pending)];
    if (own.length > 0) this.add({ path: pending.path, kind: "directory", signatures: own });
    const folder = this.#withUnsigned(own.length === 0 ? pending : rules.asModel(pending), found);
    for (const stray of found.strays) this.#strays.set(stray, folder.path);
    const strays = [...folder.strays, ...found.strays];
    const { inModel, matched, relative } = folder;
    if (inModel) for (const demand of matched) log.met.add(demand);
    const isUnmet = (demand: Demand) => !log.met.has(demand) && reaches(demand, relative);
    if (!inModel || rules.open(folder).length > 0 || rules.demands.some(isUnmet)) {
      await this.#reading(folder, () => this.#visitAll(folder, found));
    }
    for (const name of found.folders) {
      const child = this.asNamed(rules.child({ ...folder, strays }, name));
      const signatures = found.signatures.get(child.path);
      if (signatures !== undefined) this.add({ path: child.path, kind: "directory", signatures });
      this.#pending.push(signatures === undefined ? child : rules.asModel(child));
    }
  }

  #signaturesAbove({ path, strays }: Folder): string[] {
    const own = strays.filter((stray) => belongsBelow(stray, path));
    for (const stray of own) this.#strays.delete(stray);
    return own.map((stray) => stray.path);
  }

  async #reading<T>(folder: Folder, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof ProvenanceError || systemCode(error) === undefined) throw error;
      const { rules, log } = this.#options;
      log.addOrSkip("SEARCH_UNREADABLE", folder.relative, rules.reaching(folder, folder.relative));
      return undefined;
    }
  }

  async #entries(folder: Folder): Promise<Entries> {
    const { path } = folder;
    const { slices } = this.#options;
    const listed: (readonly [string, EntryKind])[] = [];
    await listFolder(path, slices, (name, kind) => listed.push([name, kind]) > 0);
    const namesOf = (...kinds: EntryKind[]) => listed.filter(([, kind]) => kinds.includes(kind)).map(([name]) => name);
    const folders = new Set(namesOf("folder"));
    const files = namesOf("file", "link");
    const others = namesOf("special", "not-utf8");
    this.files += files.length + others.length;
    const descriptions = new Set([...files, ...others].filter((name) => isDescription(name) || isSkillFile(name)));
    const signatureNames = files.filter(isSignatureName);
    const isModelFile = (name: string): boolean =>
      isKnownFormat(name) && !this.#isExemptedByAll(folder, relativeName(folder, name));
    const hasModelFile = files.some(isModelFile);
    const known = new Set(namesOf("file", "link", "special"));
    const hasFile = (name: string): boolean => known.has(name);
    const beside = await signaturesBeside({ path, folders, signatureNames, hasFile }, slices);
    const signatures = new Map(beside.byModel);
    const hasSignedFile = [...signatures.keys()].some((model) => model !== path && !folders.has(basename(model)));
    const demanded = this.#signatureWhereNamed(folder);
    if (demanded !== undefined) signatures.set(path, [demanded]);
    const { strays } = beside;
    return { listed, folders, signatureNames, descriptions, hasModelFile, hasSignedFile, signatures, strays };
  }

  /** A policy may name a signature file that the search does not recognize. */
  #signatureWhereNamed({ path, relative }: Folder): string | undefined {
    for (const { signaturePath, covers } of this.#options.rules.demands) {
      if (signaturePath === undefined || !covers(relative)) continue;
      const signature = join(path, signaturePath);
      if (lstatSync(signature, { throwIfNoEntry: false })?.isFile() === true) return signature;
    }
    return undefined;
  }

  /** A folder with model files and no signature is an unsigned model, unless it is a part of one. */
  #withUnsigned(folder: Folder, found: Entries): Folder {
    const { rules, covers } = this.#options;
    const { owner = "nothing", inModel, matched } = folder;
    if (inModel && !rules.open(folder).some((demand) => isStrict(demand) && matched.has(demand))) return folder;
    const isPackage = isModelPackage(basename(folder.path));
    const isSkill = [...found.descriptions].some(isSkillFile);
    if (!isPackage && !isSkill && !found.hasModelFile) return folder;
    const isPart = isPackage ? owner !== "nothing" : isPartOf(owner, found.descriptions);
    if (isPart && !isSkill) return { ...folder, isUnsigned: true };
    if (!covers(folder.relative) || (found.hasSignedFile && !isPackage && !isSkill)) return folder;
    this.add({ path: folder.path, kind: "directory", signatures: [] });
    return rules.asUnsigned(folder, isPackage || isSkill ? "everything" : ownershipOf(found.descriptions));
  }

  async #visitAll(folder: Folder, found: Entries): Promise<void> {
    const { rules, log, slices } = this.#options;
    const open = rules.open(folder);
    const bundles = open.some(isStrict) ? await signatureFiles(folder.path, found.signatureNames) : new Set<string>();
    for (const [name, kind] of found.listed) {
      if (slices.isOver()) await slices.next();
      if (kind === "folder") continue;
      const relative = relativeName(folder, name);
      const path = entryPath(folder.path, name);
      const isBlob = kind === "link" && (hubBlob(path) ?? storedBlob(path)) !== undefined;
      if (kind === "file" || isBlob) {
        const demands = isBlob ? open.filter(({ deniesHubLinks }) => !deniesHubLinks) : open;
        this.#visitFile(folder, name, demands, found.signatures.get(path) ?? [], bundles.has(name));
      }
      if (kind === "file") continue;
      const reaching = rules.reaching(folder, relative).filter((demand) => !folder.satisfied.has(demand));
      // The one exception: what a link of a Hugging Face cache leads to is the file, where no policy denies it.
      const concerned = isBlob ? reaching.filter(({ deniesHubLinks }) => deniesHubLinks) : reaching;
      if (isBlob && concerned.length === 0) continue;
      if (kind === "link") log.addOrSkip("SEARCH_LINK", relative, concerned);
      else log.addOrSkip(kind === "special" ? "SEARCH_SPECIAL_FILE" : "SEARCH_INCOMPLETE", relative, concerned);
    }
  }

  /**
   * @param open demands that the models around the file do not satisfy
   * @param isBundle whether it is a signature itself
   */
  #visitFile(
    folder: Folder,
    name: string,
    open: readonly Demand[],
    signatures: readonly string[],
    isBundle: boolean,
  ): void {
    const { rules, log, literals, exemptPaths } = this.#options;
    const relative = relativeName(folder, name);
    const path = entryPath(folder.path, name);
    const isExempt = isBundle || isExemptName(name) || exemptPaths.has(path);
    const isModelOf = (demand: Demand) =>
      isNamed(demand, relative) && (demand.kind === "literal" || !(isExempt || demand.exempts(relative)));
    const matching = open.filter((demand) => folder.matched.has(demand) || matches(demand, relative));
    const isModel = signatures.length > 0 || literals.has(relative) || matching.some(isModelOf);
    if (isModel) this.add({ path, kind: "file", signatures });
    if (folder.inModel) for (const demand of rules.demands) if (matches(demand, relative)) log.met.add(demand);
    if (isExempt) return;
    const demanding = matching.filter((demand) => !demand.exempts(relative));
    if (demanding.length === 0 && matching.length > 0) {
      this.exempted.add(relative);
      return;
    }
    const strict = demanding.filter((demand) => isStrict(demand) && !(isModel && demand.satisfiedBy(relative)));
    const isCounted = isModel || folder.isUnsigned === true || (folder.inModel && strict.length === 0);
    const isUnsignedModel = isKnownFormat(name) && !isCounted;
    if (isUnsignedModel) this.add({ path, kind: "file", signatures: [] });
    // For a model without a signature, the policies that cover it report that.
    const uncovered = strict.filter((demand) => !(isUnsignedModel && demand.covers(relative)));
    if (uncovered.length > 0) log.add("SEARCH_UNCOVERED", relative, uncovered);
    else if (!isCounted && !isUnsignedModel) this.notRequired++;
  }

  /** Whether every policy that reaches the file exempts it. */
  #isExemptedByAll(folder: Folder, path: string): boolean {
    const { rules } = this.#options;
    const reaching = rules.demands.filter((demand) => folder.matched.has(demand) || matches(demand, path));
    return reaching.length > 0 && reaching.every((demand) => demand.exempts(path));
  }

  #report(): void {
    const { onProgress } = this.#options;
    const now = performance.now();
    if (onProgress === undefined || now < this.#nextProgress) return;
    this.#nextProgress = now + PROGRESS_EVERY;
    onProgress({ folders: this.folders, files: this.files });
  }
}
