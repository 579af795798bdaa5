import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { existsIn } from "./ignore.ts";
import { entryKind, entryPath, listFolder } from "./list-folder.ts";
import { compareCodePoints, nameProblem } from "./names.ts";
import { peekSignature, type SignatureClaim } from "./peek-signature.ts";
import { isOwnSignatureName, isSignatureName, KAGGLE_SIGNATURE, signatureRank, signedName } from "./signature-names.ts";
import type { TimeSlices } from "./time-slices.ts";

/** The entries of a folder that matter for its signatures. */
export interface SignatureFolder {
  /** Absolute. */
  readonly path: string;
  /** Names of files and links that may be signatures. */
  readonly signatureNames: Iterable<string>;
  readonly folders: Pick<ReadonlySet<string>, "has">;
  /** Whether there is an entry of that name that is no folder; a link counts as a file. */
  hasFile(name: string): boolean;
}

export interface Listing extends SignatureFolder {
  readonly folders: ReadonlySet<string>;
  /** Names of everything but folders; links are included. */
  readonly files: ReadonlySet<string>;
  /** Names of links, whatever they lead to. */
  readonly links: readonly string[];
  /** All entries, also those that are in neither. */
  readonly count: number;
}

/**
 * @param limit of entries; one more may be listed, to show that there are more
 * @throws the system's error, or `CANCELLED`
 */
export async function listByKind(path: string, slices: TimeSlices, limit = Infinity): Promise<Listing> {
  const files = new Set<string>();
  const folders = new Set<string>();
  const links: string[] = [];
  const signatureNames: string[] = [];
  let count = 0;
  await listFolder(path, slices, (name, kind) => {
    count++;
    if (kind === "folder") folders.add(name);
    else if (kind !== "not-utf8") {
      files.add(name);
      if (kind === "link") links.push(name);
      if (isSignatureName(name)) signatureNames.push(name);
    }
    return count <= limit;
  });
  return { path, files, links, folders, signatureNames, count, hasFile: (name) => files.has(name) };
}

/**
 * A folder whose entries are looked up where a signature names them: of a model's files, these are few.
 *
 * @throws the system's error
 */
export function folderOfSignatures(path: string): SignatureFolder {
  const names = new Set(readdirSync(path));
  const kind = (name: string) => (names.has(name) ? entryKind(entryPath(path, name)) : undefined);
  const hasFile = (name: string): boolean => ![undefined, "folder"].includes(kind(name));
  const folders = { has: (name: string) => kind(name) === "folder" };
  return {
    path,
    signatureNames: [...names].filter((name) => isSignatureName(name) && hasFile(name)),
    folders,
    hasFile,
  };
}

/** A signature that belongs to nothing in its folder: to a folder below it, or to nothing at all. */
export interface StraySignature {
  /** Absolute. */
  readonly path: string;
  readonly claims: readonly SignatureClaim[];
}

export interface FolderSignatures {
  /** Signature files by the absolute path of their model; of several, the one to show first. */
  readonly byModel: ReadonlyMap<string, readonly string[]>;
  readonly strays: readonly StraySignature[];
}

interface Candidate {
  /** Absolute. */
  readonly path: string;
  readonly genuine: boolean;
  readonly rank: number;
}

/**
 * The signatures in one folder, by what they sign: the absolute path of the folder itself, of a file in it, or of a
 * folder in it. Of several for one model, a bundle goes before a file that is only named like one, then the best known
 * name.
 */
export async function signaturesBeside(listing: SignatureFolder, slices: TimeSlices): Promise<FolderSignatures> {
  const found = new Map<string, Candidate[]>();
  const strays: StraySignature[] = [];
  const add = (model: string, candidate: Candidate): void => {
    const known = found.get(model);
    if (known === undefined) found.set(model, [candidate]);
    else if (!known.some(({ path }) => path === candidate.path)) known.push(candidate);
  };
  for (const name of listing.signatureNames) {
    const path = entryPath(listing.path, name);
    const claims = peekSignature(path);
    const candidate = { path, genuine: claims.length > 0, rank: signatureRank(name) };
    if (claims.length === 0) {
      if (isOwnSignatureName(name)) add(damagedOwner(listing, name), candidate);
    } else {
      const owners = claims.flatMap((claim) => ownerInFolder(listing, name, claim) ?? []);
      for (const owner of owners) add(owner, candidate);
      if (owners.length === 0) strays.push({ path, claims });
    }
    if (slices.isOver()) await slices.next();
  }
  const kaggle = kaggleSignature(listing);
  if (kaggle !== undefined) add(listing.path, kaggle);
  const byModel = [...found].map(
    ([model, candidates]) => [model, candidates.sort(byRank).map(({ path }) => path)] as const,
  );
  return { byModel: new Map(byModel), strays };
}

function byRank(a: Candidate, b: Candidate): number {
  if (a.genuine !== b.genuine) return a.genuine ? -1 : 1;
  return a.rank - b.rank || compareCodePoints(a.path, b.path);
}

/** What a file that is only named like a signature would sign: what it is called after, or the folder around it. */
function damagedOwner(listing: SignatureFolder, name: string): string {
  const signed = signedName(name);
  const isHere = signed !== undefined && (listing.hasFile(signed) || listing.folders.has(signed));
  return isHere ? entryPath(listing.path, signed) : listing.path;
}

/**
 * What a signature belongs to, by its subject and its files: a file beside it, a folder beside it, or its own folder.
 * Its own folder, where that has the subject's name and any of the files; else the one with most of the files.
 *
 * @returns its absolute path; undefined where it is nothing in this folder
 */
function ownerInFolder(listing: SignatureFolder, signature: string, claim: SignatureClaim): string | undefined {
  const { path } = listing;
  const { subject, singleFile, files } = claim;
  const names = [subject, signedName(signature)].flatMap((name) =>
    name === undefined || name === signature ? [] : [name],
  );
  if (singleFile) {
    const file = names.find((name) => listing.hasFile(name));
    if (file !== undefined) return entryPath(path, file);
    return subject === basename(path) ? path : undefined;
  }
  const isNamed = subject === basename(path);
  if (subject === undefined && files.length === 0) return path;
  const beside = names.filter((name) => listing.folders.has(name)).map((name) => entryPath(path, name));
  // Nearly always, this is all that is looked at.
  if ((isNamed || beside.length === 0) && hasAny(path, files)) return path;
  if (beside.length === 0) return isNamed ? path : undefined;
  const candidates = isNamed ? [path, ...beside] : [...beside, path];
  const counts = candidates.map((folder) => files.filter((name) => has(folder, name)).length);
  const most = Math.max(...counts);
  if (most > 0) return candidates[counts.indexOf(most)];
  return isNamed ? path : beside[0];
}

/** Whether a stray signature above a folder belongs to it: it has the subject's name, and files that are listed. */
export function belongsBelow({ claims }: StraySignature, folder: string): boolean {
  const name = basename(folder);
  return claims.some(({ subject, files }) => subject === name && hasAny(folder, files));
}

/** Whether a stray signature is one of a folder, and not of a file that is gone. */
export function signsFolder({ claims }: StraySignature): boolean {
  return claims.some(({ singleFile }) => !singleFile);
}

function hasAny(folder: string, files: readonly string[]): boolean {
  return files.some((name) => has(folder, name));
}

/** Names come from a signature that is not verified: only those of a file in the folder are looked up. */
function has(folder: string, name: string): boolean {
  return nameProblem(name) === undefined && existsIn(folder, name);
}

function kaggleSignature(listing: SignatureFolder): Candidate | undefined {
  if (!listing.folders.has(KAGGLE_SIGNATURE.folder)) return undefined;
  const path = entryPath(entryPath(listing.path, KAGGLE_SIGNATURE.folder), KAGGLE_SIGNATURE.file);
  if (peekSignature(path).length === 0) return undefined;
  return { path, genuine: true, rank: signatureRank(KAGGLE_SIGNATURE.file) };
}
