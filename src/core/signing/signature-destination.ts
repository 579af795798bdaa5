import type { BigIntStats } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { ProvenanceError, systemCode } from "../errors.ts";
import { relativeToModel } from "../model/ignore.ts";
import { statLine } from "../model/stat-line.ts";
import { REMEDIES } from "./remedies.ts";

/** The path for a signature, and the file that was there when signing began. */
export interface SignatureDestination {
  /** Absolute path. */
  readonly path: string;
  /** Absent if there was no file. */
  readonly found?: FoundFile;
}

export interface FoundFile {
  /** Unchanged as long as neither the file nor a link to it changes. */
  readonly state: string;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * Inspects the path for a signature without reading the file. A symbolic link counts as its target; when it is replaced,
 * a regular file replaces the link, and the target stays unchanged.
 *
 * @param path absolute
 * @throws ProvenanceError SIGNATURE_WOULD_OVERWRITE if the path is the model itself, or not a regular file
 */
export async function inspectDestination(path: string, model: string): Promise<SignatureDestination> {
  if (relativeToModel(model, path) === ".") throw wouldOverwrite(path, "it is the model itself");
  const found = await lookAt(path);
  if (found === undefined) return { path };
  if (found.target === undefined) throw wouldOverwrite(path, "it is a symbolic link to nothing");
  if (found.target.isDirectory()) throw wouldOverwrite(path, "it is a folder");
  if (!found.target.isFile()) throw wouldOverwrite(path, "it is not a regular file");
  return { path, found: { state: stateOf(found.own, found.target), mode: Number(found.target.mode & 0o777n) } };
}

/**
 * Checks, just before the signature is written, that the file has not changed since {@link inspectDestination}.
 *
 * @returns whether there is no file
 * @throws ProvenanceError SIGNATURE_WOULD_OVERWRITE
 */
export async function assertUnchanged({ path, found }: SignatureDestination): Promise<boolean> {
  const now = await lookAt(path);
  if (now === undefined) return true;
  if (found !== undefined && now.target !== undefined && stateOf(now.own, now.target) === found.state) return false;
  throw appearedMeanwhile(path);
}

/** The error for a file that appeared or changed at the path while the model was read. */
export function appearedMeanwhile(path: string): ProvenanceError {
  return wouldOverwrite(path, "another program has written it while the model was signed");
}

/**
 * The error for a path that holds anything but an OMS signature.
 *
 * @param why a clause about the path
 */
export function wouldOverwrite(path: string, why: string, cause?: unknown): ProvenanceError {
  return new ProvenanceError(
    "SIGNATURE_WOULD_OVERWRITE",
    `No signature was written to ${path}: ${why}. ${REMEDIES.SIGNATURE_WOULD_OVERWRITE}`,
    { details: { path }, ...(cause !== undefined && { cause }) },
  );
}

interface Found {
  readonly own: BigIntStats;
  /** Target of a link; `own` if it is not a link; absent for a broken link. */
  readonly target: BigIntStats | undefined;
}

async function lookAt(path: string): Promise<Found | undefined> {
  const own = await statOf(path, lstat);
  return own && { own, target: own.isSymbolicLink() ? await statOf(path, stat) : own };
}

async function statOf(path: string, read: typeof stat | typeof lstat): Promise<BigIntStats | undefined> {
  try {
    return await read(path, { bigint: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(systemCode(error) ?? "")) return undefined;
    throw unwritable(path, error);
  }
}

function stateOf(own: BigIntStats, target: BigIntStats): string {
  return `${statLine(own)} ${statLine(target)}`;
}

const WHY: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EACCES: "writing there is not permitted",
  EPERM: "writing there is not permitted",
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder is not a folder",
  EFBIG: "it would be larger than is allowed here",
  EDQUOT: "the disk quota is used up",
};

export function unwritable(path: string, cause: unknown): ProvenanceError {
  const code = systemCode(cause) ?? "unknown error";
  const message = `The signature ${path} was not written: ${WHY[code] ?? code}. ${REMEDIES.SIGNATURE_UNWRITABLE}`;
  return new ProvenanceError("SIGNATURE_UNWRITABLE", message, { details: { path, system: code }, cause });
}
