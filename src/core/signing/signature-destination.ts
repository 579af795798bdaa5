import type { BigIntStats } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { ProvenanceError, systemCode } from "../errors.ts";
import { relativeToModel } from "../model/ignore.ts";
import { statLine } from "../model/stat-line.ts";
import { REMEDIES } from "./remedies.ts";

/** Where a signature is to be written, and what was there when signing began. */
export interface SignatureDestination {
  /** Absolute path. */
  readonly path: string;
  /** Absent: nothing was there. */
  readonly found?: FoundFile;
}

export interface FoundFile {
  /** Equal states: neither the file nor the link to it has changed. */
  readonly state: string;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * Looks at the place of a signature without reading what is there. A symbolic link counts as the file that it leads to;
 * when it is replaced, a regular file takes the place of the link, and the file that it led to stays as it is.
 *
 * @param path absolute
 * @throws ProvenanceError SIGNATURE_WOULD_OVERWRITE where the place holds the model itself, or anything but a file
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
 * Checks, just before the signature is put in its place, that the place has not changed since {@link inspectDestination}.
 *
 * @returns whether nothing is there
 * @throws ProvenanceError SIGNATURE_WOULD_OVERWRITE
 */
export async function assertUnchanged({ path, found }: SignatureDestination): Promise<boolean> {
  const now = await lookAt(path);
  if (now === undefined) return true;
  if (found !== undefined && now.target !== undefined && stateOf(now.own, now.target) === found.state) return false;
  throw appearedMeanwhile(path);
}

/** The error for a file that came to the place, or changed there, while the model was read. */
export function appearedMeanwhile(path: string): ProvenanceError {
  return wouldOverwrite(path, "another program has written it while the model was signed");
}

/**
 * The error for a place that holds something else than an OMS signature.
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
  /** What a link leads to, the same as `own` for what is no link; absent for a broken link. */
  readonly target: BigIntStats | undefined;
}

async function lookAt(path: string): Promise<Found | undefined> {
  try {
    const own = await lstat(path, { bigint: true });
    return { own, target: own.isSymbolicLink() ? await targetOf(path) : own };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw unreadable(path, error);
  }
}

async function targetOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === "ELOOP") return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR";
}

function unreadable(path: string, cause: unknown): ProvenanceError {
  const code = systemCode(cause) ?? "unknown error";
  return new ProvenanceError(
    "SIGNATURE_UNWRITABLE",
    `The signature ${path} was not written: ${code}. ${REMEDIES.SIGNATURE_UNWRITABLE}`,
    {
      details: { path, system: code },
      cause,
    },
  );
}

function stateOf(own: BigIntStats, target: BigIntStats): string {
  return `${statLine(own)} ${statLine(target)}`;
}
