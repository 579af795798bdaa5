import { readFile, stat } from "node:fs/promises";
import { ProvenanceError, systemCode } from "../errors.ts";
import { replaceFile } from "../replace-file.ts";
import { encodeManifest, type PartialManifest, parseManifest } from "./partial-manifest.ts";

/** Bytes: below what a JavaScript string can hold, and more than the manifest of the longest statement has. */
const MAX_BYTES = 500_000_000;

/** @throws ProvenanceError MANIFEST_UNREADABLE */
export async function readManifest(path: string): Promise<PartialManifest> {
  let bytes: Buffer;
  try {
    const found = await stat(path);
    // A pipe would be waited for, and a larger file could not be decoded.
    if (!found.isFile() || found.size > MAX_BYTES)
      throw unreadable(path, `it is no file of at most ${MAX_BYTES} bytes`);
    bytes = await readFile(path);
  } catch (error) {
    throw error instanceof ProvenanceError ? error : unreadable(path, systemCode(error) ?? "unknown error", error);
  }
  return parseManifest(bytes.toString("utf8"), path);
}

/**
 * What an earlier run wrote to that place; undefined where nothing is there.
 *
 * @throws ProvenanceError MANIFEST_UNREADABLE where the place holds anything else: it is not to be replaced
 */
export async function readEarlierManifest(path: string): Promise<PartialManifest | undefined> {
  try {
    return await readManifest(path);
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    if (systemCode(error.cause) === "ENOENT") return undefined;
    const { code, details, cause } = error;
    throw new ProvenanceError(code, `${error.message} It is not replaced: give another --output.`, { details, cause });
  }
}

/**
 * Writes a manifest so that the path holds either what was there or all of it.
 *
 * @throws ProvenanceError MANIFEST_UNWRITABLE
 */
export async function writeManifest(path: string, manifest: PartialManifest): Promise<void> {
  try {
    await replaceFile(path, encodeManifest(manifest), { mode: 0o666, flush: true });
  } catch (cause) {
    const code = systemCode(cause) ?? "unknown error";
    const message = `The manifest ${path} was not written (${code}).`;
    throw new ProvenanceError("MANIFEST_UNWRITABLE", message, { details: { path, system: code }, cause });
  }
}

function unreadable(path: string, why: string, cause?: unknown): ProvenanceError {
  return new ProvenanceError("MANIFEST_UNREADABLE", `The manifest ${path} cannot be read: ${why}.`, {
    details: { file: path },
    ...(cause !== undefined && { cause }),
  });
}
