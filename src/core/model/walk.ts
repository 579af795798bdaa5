import { lstatSync } from "node:fs";
import { ProvenanceError, systemCode } from "../errors.ts";
import type { FileList, IgnoredEntry, IgnoreSource, ModelFile, RefusalReason, RefusedEntry } from "./file-list.ts";
import { type ExcludedEntry, findHiddenContent } from "./hidden-content.ts";
import { type HubBlob, hubBlob } from "./hub-cache.ts";
import { GIT_PATHS, type IgnoreRule } from "./ignore.ts";
import { followLink, type LinkTarget } from "./links.ts";
import { type EntryKind, entryPath, listFolder } from "./list-folder.ts";
import { codePointOrder, isBelowSurrogates, nameProblem } from "./names.ts";
import { isInside } from "./path-below.ts";
import { statLine } from "./stat-line.ts";
import type { TimeSlices } from "./time-slices.ts";
import { canHoldName } from "./windows-names.ts";

/** Entries of one model. A statement lists at most as many files, and links to folders can multiply entries. */
const MAX_ENTRIES = 2_000_000;
/** Characters of all names together: a larger statement could not be read. */
const MAX_NAME_CHARACTERS = 256 * 1024 * 1024;

interface Folder {
  /** Real path. */
  readonly path: string;
  /** Canonical name with a final `/`; empty for the root. */
  readonly prefix: string;
  /** The folder that it was reached from, through a link or not. */
  readonly parent: Folder | undefined;
}

export interface WalkOptions {
  /** If several match an entry, the first is reported. */
  readonly ignore: readonly IgnoreRule[];
  readonly allowSymlinks: boolean;
  /** Whether links of a Hugging Face cache are read through although links are not allowed; false if absent. */
  readonly hubCacheLinks?: boolean;
  /** Whether a file is a temporary one of another signing process: it is ignored as a part of the signature. */
  readonly isTemporary?: (name: string) => boolean;
  /** Of the file system that holds the model; this one if absent. */
  readonly platform?: NodeJS.Platform;
}

/** One walk through a model's folder. It is not recursive: a deep tree must not exhaust the stack. */
export class Walk {
  readonly #root: string;
  readonly #realRoot: string;
  readonly #options: WalkOptions;
  readonly #slices: TimeSlices;
  readonly #rules = new Map<string, IgnoreSource>();
  readonly #pending: Folder[] = [];
  /** By folder. */
  readonly #files: ModelFile[][] = [];
  readonly #ignored: IgnoredEntry[] = [];
  readonly #excluded: ExcludedEntry[] = [];
  readonly #refused: RefusedEntry[] = [];
  readonly #outside: { readonly name: string }[] = [];
  readonly #hubLinks: { readonly name: string }[] = [];
  #namesBelowSurrogates = true;
  #totalBytes = 0;
  #entries = 0;
  #nameCharacters = 0;

  constructor(root: string, realRoot: string, options: WalkOptions, slices: TimeSlices) {
    this.#root = root;
    this.#realRoot = realRoot;
    this.#options = options;
    this.#slices = slices;
    for (const rule of options.ignore) {
      if (!this.#rules.has(rule.path)) this.#rules.set(rule.path, rule.source);
    }
  }

  async run(): Promise<FileList> {
    const everything = this.#rules.get(".");
    if (everything === undefined) this.#pending.push({ path: this.#realRoot, prefix: "", parent: undefined });
    else this.#ignored.push({ name: ".", source: everything });
    for (let folder = this.#pending.pop(); folder !== undefined; folder = this.#pending.pop()) {
      await this.#walk(folder);
    }
    const hidden = await findHiddenContent(this.#excluded, this.#slices);
    const order = this.#order();
    return {
      root: this.#root,
      kind: "directory",
      // Sorting concatenated sorted lists takes little more than one pass.
      files: this.#files.flatMap((folder) => folder.sort(order)).sort(order),
      totalBytes: this.#totalBytes,
      ignored: this.#ignored.sort(order),
      ...(hidden && { hidden }),
      refused: this.#refused.sort(order),
      ...(this.#hubLinks.length > 0 && { hubLinks: this.#hubLinks.sort(order).map((link) => link.name) }),
      outside: this.#outside.sort(order).map((link) => link.name),
    };
  }

  async #walk(folder: Folder): Promise<void> {
    let name = folder.prefix.slice(0, -1);
    this.#files.push([]);
    try {
      await listFolder(folder.path, this.#slices, (entry, kind) => {
        name = folder.prefix + entry;
        this.#count(name);
        this.#visit(entry, kind, name, folder);
        return true;
      });
    } catch (error) {
      throw error instanceof ProvenanceError ? error : unreadable(name, this.#root, error);
    }
  }

  #count(name: string): void {
    this.#entries++;
    this.#nameCharacters += name.length;
    this.#namesBelowSurrogates &&= isBelowSurrogates(name);
    if (this.#entries <= MAX_ENTRIES && this.#nameCharacters <= MAX_NAME_CHARACTERS) return;
    throw new ProvenanceError(
      "MODEL_TOO_LARGE",
      `${this.#root} has more files than a signature can list: the limit is ${MAX_ENTRIES}, ` +
        `or ${MAX_NAME_CHARACTERS} characters of names. Links to folders count each time.`,
      { details: { path: this.#root, limit: MAX_ENTRIES } },
    );
  }

  #visit(entry: string, kind: EntryKind, name: string, folder: Folder): void {
    if (kind === "not-utf8") {
      this.#refuse(name, "not-utf8");
      return;
    }
    // A folder that a rule ignores is not entered, so the rules for its parents need not be checked again.
    const source =
      this.#rules.get(name) ?? (kind !== "folder" && this.#options.isTemporary?.(name) ? "signature" : undefined);
    if (source !== undefined) {
      this.#ignored.push({ name, source });
      if (GIT_PATHS.some((path) => path === name)) {
        this.#excluded.push({ name, kind, path: entryPath(folder.path, entry) });
      }
      return;
    }
    const path = entryPath(folder.path, entry);
    if (kind === "folder") {
      this.#pending.push({ path, prefix: `${name}/`, parent: folder });
      return;
    }
    const stats = lstatSync(path, { bigint: true });
    if (!stats.isSymbolicLink()) this.#add(name, { path, stats }, folder);
    else if (this.#options.allowSymlinks) this.#follow(name, path, folder);
    else this.#readThrough(name, path, folder);
  }

  #readThrough(name: string, path: string, folder: Folder): void {
    const blob = this.#options.hubCacheLinks === true ? hubBlob(path) : undefined;
    if (blob === undefined) {
      this.#refuse(name, "symlink");
      return;
    }
    this.#hubLinks.push({ name });
    this.#add(name, blob, folder);
  }

  #follow(name: string, path: string, folder: Folder): void {
    const target = followLink(path);
    if (typeof target === "string") this.#refuse(name, target);
    else if (target.stats.isDirectory() && leadsBack(target.path, folder)) this.#refuse(name, "symlink-cycle");
    else {
      if (!isInside(this.#realRoot, target.path)) this.#outside.push({ name });
      this.#add(name, target, folder);
    }
  }

  #add(name: string, target: LinkTarget, folder: Folder): void {
    if (target.stats.isDirectory()) this.#pending.push({ path: target.path, prefix: `${name}/`, parent: folder });
    else if (!target.stats.isFile()) this.#refuse(name, "special");
    else if (!isSignable(name, this.#options.platform)) this.#refuse(name, "not-portable");
    else {
      const file = modelFile(name, target);
      this.#files.at(-1)?.push(file);
      this.#totalBytes += file.size;
    }
  }

  #refuse(name: string, reason: RefusalReason): void {
    this.#refused.push({ name, reason });
  }

  #order(): (a: { readonly name: string }, b: { readonly name: string }) => number {
    const compare = codePointOrder(this.#namesBelowSurrogates);
    return (a, b) => compare(a.name, b.name);
  }
}

/** Whether the real path `target` is a folder that is being walked, or contains it. */
function leadsBack(target: string, from: Folder): boolean {
  for (let folder: Folder | undefined = from; folder !== undefined; folder = folder.parent) {
    if (isInside(target, folder.path)) return true;
  }
  return false;
}

/** Windows may list names that it cannot open. */
export function isSignable(name: string, platform: NodeJS.Platform = process.platform): boolean {
  return nameProblem(name) === undefined && canHoldName(name, platform);
}

export function modelFile(name: string, { path, stats, blob }: LinkTarget & Partial<HubBlob>): ModelFile {
  return { name, path, size: Number(stats.size), state: statLine(stats), ...(blob !== undefined && { blob }) };
}

function unreadable(name: string, root: string, cause: unknown): ProvenanceError {
  const code = systemCode(cause) ?? "unknown";
  const what = name === "" ? root : `"${name}" in ${root}`;
  return new ProvenanceError("MODEL_UNREADABLE", `${what} cannot be read (${code}).`, {
    details: { name: name === "" ? "." : name, code },
    cause,
  });
}
