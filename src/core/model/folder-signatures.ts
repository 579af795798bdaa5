import { basename } from "node:path";
import { entryPath, listFolder } from "./list-folder.ts";
import { compareCodePoints } from "./names.ts";
import { peekSignature, type SignatureClaim } from "./peek-signature.ts";
import { isOwnSignatureName, isSignatureName, KAGGLE_SIGNATURE, signatureRank, signedName } from "./signature-names.ts";
import type { TimeSlices } from "./time-slices.ts";

/** The entries of a folder that matter for its signatures. */
export interface SignatureFolder {
  /** Absolute. */
  readonly path: string;
  /** Names of files and links that may be signatures. */
  readonly signatureNames: Iterable<string>;
  readonly folders: ReadonlySet<string>;
  /** Whether there is an entry of that name that is no folder; a link counts as a file. */
  hasFile(name: string): boolean;
}

/** A folder as listed. */
export interface Listing extends SignatureFolder {
  /** Names of everything but folders; links are included. */
  readonly files: ReadonlySet<string>;
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
  const signatureNames: string[] = [];
  let count = 0;
  await listFolder(path, slices, (name, kind) => {
    count++;
    if (kind === "folder") folders.add(name);
    else if (kind !== "not-utf8") {
      files.add(name);
      if (isSignatureName(name)) signatureNames.push(name);
    }
    return count <= limit;
  });
  return { path, files, folders, signatureNames, count, hasFile: (name) => files.has(name) };
}

interface Candidate {
  /** Absolute. */
  readonly path: string;
  readonly genuine: boolean;
  readonly rank: number;
}

/**
 * The signatures in one folder, by what they sign: the absolute path of the folder itself, of a file in it, or of a
 * folder in it. Of several for one model, a bundle is preferred to a file that is only named like one, then the best known
 * name.
 *
 * @returns path of the model to path of its signature
 */
export async function signaturesBeside(listing: SignatureFolder, slices: TimeSlices): Promise<Map<string, string>> {
  const best = new Map<string, Candidate>();
  const consider = (model: string, candidate: Candidate) => {
    const before = best.get(model);
    if (before === undefined || isBetter(candidate, before)) best.set(model, candidate);
  };
  for (const name of listing.signatureNames) {
    const path = entryPath(listing.path, name);
    const claim = peekSignature(path);
    if (claim !== undefined || isOwnSignatureName(name)) {
      const signed = signedBeside(listing, name, claim);
      const model = signed === undefined ? listing.path : entryPath(listing.path, signed);
      consider(model, { path, genuine: claim !== undefined, rank: signatureRank(name) });
    }
    if (slices.isOver()) await slices.next();
  }
  const kaggle = kaggleSignature(listing);
  if (kaggle !== undefined) consider(listing.path, kaggle);
  return new Map([...best].map(([model, candidate]) => [model, candidate.path]));
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.genuine !== b.genuine) return a.genuine;
  if (a.rank !== b.rank) return a.rank < b.rank;
  return compareCodePoints(a.path, b.path) < 0;
}

/** The name of the file or folder next to the signature that it signs; undefined if it signs the folder that it is in. */
function signedBeside(
  listing: SignatureFolder,
  signature: string,
  claim: SignatureClaim | undefined,
): string | undefined {
  const names = [claim?.subject, signedName(signature)].filter((name) => name !== undefined && name !== signature);
  const isFile = (name: string | undefined) => name !== undefined && listing.hasFile(name);
  const isFolder = (name: string | undefined) => name !== undefined && listing.folders.has(name);
  if (claim === undefined) return names.find((name) => isFile(name) || isFolder(name));
  if (claim.singleFile) return names.find(isFile);
  // A folder may hold one of its own name: then the nearer meaning is the folder itself.
  return claim.subject === basename(listing.path) ? undefined : names.find(isFolder);
}

function kaggleSignature(listing: SignatureFolder): Candidate | undefined {
  if (!listing.folders.has(KAGGLE_SIGNATURE.folder)) return undefined;
  const path = entryPath(entryPath(listing.path, KAGGLE_SIGNATURE.folder), KAGGLE_SIGNATURE.file);
  if (peekSignature(path) === undefined) return undefined;
  return { path, genuine: true, rank: signatureRank(KAGGLE_SIGNATURE.file) };
}
