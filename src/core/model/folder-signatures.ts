import { basename } from "node:path";
import { entryPath, listFolder } from "./list-folder.ts";
import { compareCodePoints } from "./names.ts";
import { peekSignature, type SignatureClaim } from "./peek-signature.ts";
import { isOwnSignatureName, isSignatureName, KAGGLE_SIGNATURE, signatureRank, signedName } from "./signature-names.ts";
import type { TimeSlices } from "./time-slices.ts";

/** What is needed of a folder to find the signatures in it. */
export interface SignatureFolder {
  /** Absolute. */
  readonly path: string;
  /** Names of files and links that may be signatures. */
  readonly signatureNames: Iterable<string>;
  readonly folders: ReadonlySet<string>;
  /** Whether an entry of that name is there and is no folder; a link is none, whatever it leads to. */
  hasFile(name: string): boolean;
}

/** A folder as listed. */
export interface Listing extends SignatureFolder {
  /** Names of what is no folder; links are among them, whatever they lead to. */
  readonly files: ReadonlySet<string>;
  /** All entries, also those that are in neither. */
  readonly count: number;
}

/**
 * @param limit of entries, all in all; one more than that may be listed, to tell that there is more
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
 * folder in it. Of several for one model: what is a bundle goes before what is only called so, then the best-known name.
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

/** The name of the file or folder beside the signature that it signs; nothing if it signs the folder that it lies in. */
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
